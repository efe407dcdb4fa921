package import Chat
package import Gemma
internal import Synchronization

/// A conversation with a model.
package final class SessionEngine: ChatEngine {
    private let session: LanguageModelSession
    /// What takes the last answer from the session.
    private let reading = Mutex<Task<Void, Never>?>(nil)

    package init(_ session: LanguageModelSession) { self.session = session }

    package var transcript: Transcript { session.transcript }

    package func setTranscript(_ transcript: Transcript) throws { try session.setTranscript(transcript) }

    package var statistics: String {
        let statistics = session.statistics
        return "context: \(session.tokens.count) of \(session.contextLength) tokens, "
            + "\(statistics.cachedPromptTokens) of the last prompt's were there already\n\(statistics)"
    }

    package func answer(
        to text: String?, settings: AnswerSettings
    ) -> AsyncThrowingStream<AnswerEvent, any Error> {
        var options = settings.generation
        options.thinking = settings.thinking
        let stream =
            text.map { session.streamResponse(to: $0, options: options) } ?? session.streamResponse(options: options)
        let (events, continuation) = AsyncThrowingStream<AnswerEvent, any Error>.makeStream()
        let task = Task {
            do {
                for try await event in stream.events { continuation.yield(AnswerEvent(event, of: session)) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        reading.withLock { $0 = task }
        continuation.onTermination = { reason in if case .cancelled = reason { task.cancel() } }
        return events
    }

    package func waitForEnd() async {
        await reading.withLock { $0 }?.value
        await session.waitForEnd()
    }
}

extension AnswerEvent {
    fileprivate init(_ event: LanguageModelSession.ResponseEvent, of session: LanguageModelSession) {
        switch event {
        case .prompt(let done, let total): self = .prompt(done: done, total: total)
        case .reasoning(let text): self = .reasoning(text)
        case .content(let text): self = .content(text)
        case .toolCall(let call): self = .toolCall(call)
        case .malformedCall(let call): self = .malformedCall(call)
        case .toolOutput(let call, let output): self = .toolOutput(call, output)
        case .finished(let response): self = .finished(AnswerSummary(response, of: session))
        }
    }
}

extension AnswerSummary {
    /// Figures of all rounds of a response together.
    fileprivate init(_ response: LanguageModelSession.Response<String>, of session: LanguageModelSession) {
        let rounds = response.rounds
        let promptTokens = rounds.reduce(0) { $0 + $1.promptTokens }
        let promptSeconds = rounds.reduce(.zero) { $0 + $1.promptTime } / .seconds(1)
        let later = rounds.reduce(0) { $0 + $1.speculation.tokens }
        let seconds = rounds.reduce(.zero) { $0 + $1.generationTime } / .seconds(1)
        self.init(
            end: End(response.finishReason), promptTokens: promptTokens,
            promptTokensPerSecond: promptSeconds > 0 ? Double(promptTokens) / promptSeconds : 0,
            generatedTokens: response.tokens.count, generatedTokensPerSecond: seconds > 0 ? Double(later) / seconds : 0,
            contextTokens: session.tokens.count, contextLength: session.contextLength)
        cachedTokens = rounds.reduce(0) { $0 + $1.cachedPromptTokens }
        firstTokenSeconds = (rounds.first?.promptTime ?? .zero) / .seconds(1)
    }
}

extension AnswerSummary.End {
    fileprivate init(_ reason: FinishReason?) {
        switch reason {
        case .endOfText?, nil: self = .endOfText
        case .stopString?: self = .stopString
        case .maximumTokens?: self = .maximumTokens
        case .contextFull?: self = .contextFull
        }
    }
}
