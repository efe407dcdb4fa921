/// Shows an answer as it is made. Used by one task.
package protocol AnswerView {
    mutating func show(_ event: AnswerEvent) throws
    /// The answer ended with `.finished`, was cancelled, or failed.
    mutating func end() throws
}

/// The answer alone, as it is: for pipes and files.
struct PlainAnswer: AnswerView {
    let streams: ChatStreams
    private var last: Unicode.Scalar = "\n"

    init(streams: ChatStreams) { self.streams = streams }

    mutating func show(_ event: AnswerEvent) throws {
        guard case .content(let text) = event, let end = text.unicodeScalars.last else { return }
        try streams.write(text)
        last = end
    }

    /// Ends the last line, as files end.
    mutating func end() throws {
        if last != "\n" { try streams.write("\n") }
        last = "\n"
    }
}
