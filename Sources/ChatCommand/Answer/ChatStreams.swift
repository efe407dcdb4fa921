internal import CommandSupport

/// Where a conversation is written.
package struct ChatStreams: Sendable {
    /// Answers, and in a terminal what belongs to them: standard output.
    package var write: @Sendable (String) throws -> Void
    /// Everything else: standard error.
    package var note: @Sendable (String) -> Void
    /// A line that is replaced by what comes next; nothing where standard error is not a terminal.
    package var progress: @Sendable (String?) -> Void
    /// Whether both are terminals, so that a person reads.
    package var isTerminal: Bool
    /// Whether there are colours.
    package var hasColors: Bool

    package init(
        write: @escaping @Sendable (String) throws -> Void, note: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (String?) -> Void, isTerminal: Bool, hasColors: Bool
    ) {
        (self.write, self.note, self.progress) = (write, note, progress)
        (self.isTerminal, self.hasColors) = (isTerminal, hasColors)
    }

    /// The process's own.
    package static func standard(colors: ColorChoice) -> ChatStreams {
        let line = ProgressLine()
        let isTerminal = StandardOutput.isTerminal && StandardError.isTerminal
        return ChatStreams(
            write: { try StandardOutput.write($0) }, note: { StandardError.write($0) },
            progress: { if let text = $0 { line.show(text) } else { line.clear() } },
            isTerminal: isTerminal, hasColors: colors.applies(isTerminal: isTerminal))
    }

    /// A remark of the program, on a line of its own.
    func remark(_ text: String) {
        progress(nil)
        note((hasColors ? "\(TextStyle.dim.sequence)\(text)\(TextStyle.reset)" : text) + "\n")
    }
}
