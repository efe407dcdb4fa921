internal import CommandSupport
internal import Gemma

/// Answers, and shows what is answered.
package struct AnswerRun: Sendable {
    /// For whom answers are shown.
    package enum Reader: Sendable {
        case person
        /// The answer alone.
        case pipe
        /// Events as JSON.
        case program
    }

    package let engine: any ChatEngine
    package let streams: ChatStreams
    package let approval: ToolApproval
    package let reader: Reader

    package init(engine: any ChatEngine, streams: ChatStreams, approval: ToolApproval, reader: Reader) {
        (self.engine, self.streams, self.approval, self.reader) = (engine, streams, approval, reader)
    }

    /// Ctrl-C ends the answer.
    /// - Parameter text: the user's message; nil if the transcript ends with it.
    /// - Returns: whether the answer was not interrupted.
    package func run(to text: String?, settings: AnswerSettings, showsThoughts: Bool) async throws -> Bool {
        defer { approval.endAnswer() }
        let outcome = try await Interruptible.run {
            var view = view(showsThoughts: showsThoughts)
            do {
                for try await event in engine.answer(to: text, settings: settings) {
                    try view.show(event)
                    if case .toolCall(let call) = event { approval.show(call.name) }
                }
            } catch {
                try view.end()
                throw error
            }
            try view.end()
            try Task.checkCancellation()
        }
        return outcome == .finished
    }

    private func view(showsThoughts: Bool) -> any AnswerView {
        switch reader {
        case .person: TerminalAnswer(streams: streams, showsThoughts: showsThoughts)
        case .pipe: PlainAnswer(streams: streams)
        case .program: JSONAnswer(streams: streams)
        }
    }
}
