/// Makes messages of lines. Text between `"""` and `"""` is one message, and so are lines that end with `\`.
package struct MessageAssembly: Sendable {
    private enum State {
        case start
        /// Lines that end with `\`, without it.
        case joined([String])
        /// Lines after `"""`.
        case quoted([String])
    }

    private var state = State.start
    private static let quotes = "\"\"\""

    package init() {}

    /// Whether a message has begun that is not complete.
    package var isContinuing: Bool { if case .start = state { false } else { true } }

    /// - Parameter line: what was entered. A paste may have put newlines into it.
    /// - Returns: the message if it is complete.
    package mutating func add(_ line: String) -> String? {
        switch state {
        case .start:
            guard let opened = Self.opened(line) else { return join([], line) }
            return quote([], opened)
        case .joined(let lines): return join(lines, line)
        case .quoted(let lines): return quote(lines, line)
        }
    }

    /// The input has ended.
    /// - Returns: the message that had begun; nil if none had.
    package mutating func end() -> String? {
        defer { state = .start }
        switch state {
        case .start: return nil
        case .joined(let lines), .quoted(let lines): return lines.joined(separator: "\n")
        }
    }

    /// Forgets what has begun.
    package mutating func clear() { state = .start }

    /// What follows the opening `"""`; nil if the line does not begin with it.
    private static func opened(_ line: String) -> String? {
        let text = line.drop { $0 == " " || $0 == "\t" }
        return text.hasPrefix(quotes) ? String(text.dropFirst(quotes.count)) : nil
    }

    private mutating func join(_ lines: [String], _ line: String) -> String? {
        // A backslash before it makes it a plain one.
        let backslashes = line.utf8.reversed().prefix { $0 == UInt8(ascii: "\\") }.count
        if backslashes.isMultiple(of: 2) {
            state = .start
            return (lines + [line]).joined(separator: "\n")
        }
        state = .joined(lines + [String(line.dropLast())])
        return nil
    }

    private mutating func quote(_ lines: [String], _ line: String) -> String? {
        let text = line.reversed().drop { $0 == " " || $0 == "\t" }
        guard text.starts(with: Self.quotes) else {
            // Nothing on the line of the opening quotes is no line.
            state = .quoted(lines.isEmpty && line.isEmpty && !isContinuing ? [] : lines + [line])
            return nil
        }
        state = .start
        let last = String(text.dropFirst(Self.quotes.count).reversed())
        return (lines + (last.isEmpty ? [] : [last])).joined(separator: "\n")
    }
}
