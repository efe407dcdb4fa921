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
    let line = shortened(message, to: 1000, head: 700, tail: 200)
    return printable(line.split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// `text` without its middle, or its end, where it is longer than `longest`. Counted in Unicode scalars: a single character
/// may be of any length.
package func shortened(_ text: String, to longest: Int, head: Int, tail: Int = 0) -> String {
    let scalars = text.unicodeScalars
    guard !scalars.dropFirst(longest).isEmpty else { return text }
    return "\(String(scalars.prefix(head))) [...] \(String(scalars.suffix(tail)))"
}
