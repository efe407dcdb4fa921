/// `text`, with everything escaped that could move the cursor of a terminal or reverse text. For untrusted text.
package func printable(_ text: some StringProtocol) -> String {
    text.unicodeScalars.reduce(into: "") { text, scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: text += scalar.escaped(asASCII: true)
        default: text.unicodeScalars.append(scalar)
        }
    }
}

/// `message`, which may quote an untrusted file, as one printable line of limited length.
package func errorLine(_ message: String) -> String {
    let line = shortened(message, to: 1000, head: 700, tail: 200)
    return printable(line.split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// `text`, without its middle (or its end) if it is longer than `longest`. Counts Unicode scalars, since a single
/// character may have any length.
package func shortened(_ text: String, to longest: Int, head: Int, tail: Int = 0) -> String {
    let scalars = text.unicodeScalars
    guard !scalars.dropFirst(longest).isEmpty else { return text }
    return "\(String(scalars.prefix(head))) [...] \(String(scalars.suffix(tail)))"
}
