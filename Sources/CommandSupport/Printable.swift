/// `text`, which a stranger may have written, with what would move a terminal's cursor or turn its text around escaped.
package func printable(_ text: some StringProtocol) -> String {
    text.unicodeScalars.reduce(into: "") { text, scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: text += scalar.escaped(asASCII: true)
        default: text.unicodeScalars.append(scalar)
        }
    }
}

/// `message`, which may quote a stranger's file, as one printable line of bearable length.
package func errorLine(_ message: String) -> String {
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let (longest, head, tail) = (1000, 700, 200)  // in characters
    return line.count <= longest
        ? printable(line) : "\(printable(line.prefix(head))) [...] \(printable(line.suffix(tail)))"
}
