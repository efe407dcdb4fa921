internal import Tokenizer

extension GemmaSession {
    /// The pieces of a text as the model writes it; see ``streamResponse(to:options:progress:)-(RawPrompt,_,_)``.
    public struct ResponseStream: AsyncSequence, Sendable {
        public typealias Element = String

        let session: GemmaSession
        let edit: GemmaSession.Edit
        let options: GenerationOptions
        let progress: (@Sendable (Int, Int) -> Void)?

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(response: self) }

        /// The whole text, when it is complete.
        /// - Throws: what iterating throws.
        public func collect() async throws -> Response {
            var iterator = makeAsyncIterator()
            var response = Response()
            while let step = try await iterator.step() {
                response.text += step.text
                response.tokens += step.tokens
                response.statistics = step.statistics
            }
            return response
        }
    }

    /// What the model has made of a prompt.
    public struct Response: Sendable, Hashable {
        /// What was written, without special tokens.
        public var text = ""
        /// What was written, the token that ended it included.
        public var tokens: [TokenID] = []
        /// Figures of the whole response.
        public var statistics = GenerationStatistics()

        /// Why it ended.
        public var finishReason: FinishReason? { statistics.finishReason }
    }
}

extension GemmaSession.ResponseStream {
    /// Computes the next piece when it is asked for it.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        private let response: GemmaSession.ResponseStream
        private var number: Int?
        private var hasEnded = false

        fileprivate init(response: GemmaSession.ResponseStream) { self.response = response }

        /// Checks the options and adds the prompt to the session's text, without reading it. `next` does so if this was
        /// not called. It does not wait.
        /// - Throws: `ModelError.contextFull` if the prompt does not fit, `SamplingError`, `TokenizerError` or
        ///   `GemmaError.invalidOption`; `GemmaError.busy` while the session computes for another iterator.
        package mutating func begin() throws {
            guard number == nil else { return }
            number = try response.session.begin(response.edit, response.options)
        }

        /// The text of the next round: whole characters, never an empty string, and nothing that may turn out to be the
        /// beginning of a stop string; nil at the end.
        ///
        /// The task is suspended while the model's own thread computes. A generation that has not begun first waits for
        /// the batch or round that another iterator is computing, whose generation then ends with `superseded`.
        public mutating func next() async throws -> String? {
            while let step = try await step() { if !step.text.isEmpty { return step.text } }
            return nil
        }

        /// The next batch of the prompt or round.
        fileprivate mutating func step() async throws -> StepResult? {
            guard !hasEnded else { return nil }
            try Task.checkCancellation()
            let (session, edit, options) = (response.session, response.edit, response.options)
            let number: Int
            if let begun = self.number {
                number = begun
            } else {
                number = try await session.worker.run { try session.begin(edit, options) }
                self.number = number
            }
            guard let step = try await session.step(number) else {
                hasEnded = true
                return nil
            }
            if let prompt = step.prompt { response.progress?(prompt.done, prompt.total) }
            return step
        }
    }
}
