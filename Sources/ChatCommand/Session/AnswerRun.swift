internal import Chat
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
        approval.beginAnswer()
        let outcome: Interruptible.Outcome
        do {
            outcome = try await Interruptible.run { try await show(text, settings, showsThoughts) }
        } catch {
            await end()
            throw error
        }
        await end()
        return outcome == .finished
    }

    private func end() async {
        await approval.endAnswer()
        await engine.waitForEnd()
    }

    private func show(_ text: String?, _ settings: AnswerSettings, _ showsThoughts: Bool) async throws {
        var view = view(showsThoughts: showsThoughts)
        do {
            for try await event in engine.answer(to: text, settings: settings) {
                try await approval.show(event.call) { try view.show(event) }
            }
        } catch {
            try await approval.show { try view.end() }
            throw error
        }
        try await approval.show { try view.end() }
        try Task.checkCancellation()
    }

    private func view(showsThoughts: Bool) -> any AnswerView {
        switch reader {
        case .person: TerminalAnswer(streams: streams, showsThoughts: showsThoughts)
        case .pipe: PlainAnswer(streams: streams)
        case .program: JSONAnswer(streams: streams)
        }
    }
}

extension AnswerEvent {
    fileprivate var call: ToolCall? { if case .toolCall(let call) = self { call } else { nil } }
}
