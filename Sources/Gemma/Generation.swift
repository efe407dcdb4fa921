import Tokenizer

/// The pieces of a text as the model writes it; see `Session.generate`.
public struct Generation: AsyncSequence, Sendable {
    public typealias Element = String

    let session: Session
    let prompt: String
    let options: GenerationOptions
    let progress: (@Sendable (Int, Int) -> Void)?

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(generation: self) }

    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        private let generation: Generation
        private var number: Int?
        private var decoder: StreamingDecoder
        private var hasEnded = false

        fileprivate init(generation: Generation) {
            self.generation = generation
            decoder = StreamingDecoder(
                generation.session.pair.tokenizer, special: generation.options.showsSpecialTokens)
        }

        /// Checks the options and takes the prompt into the text, without reading it; the first `next` does so if
        /// nobody else has.
        public mutating func begin() throws {
            guard number == nil else { return }
            number = try generation.session.begin(generation.prompt, generation.options)
        }

        /// The text of the next round: whole characters, never an empty string; nil at the end.
        public mutating func next() async throws -> String? {
            let session = generation.session
            while !hasEnded {
                try Task.checkCancellation()
                try begin()
                var text = ""
                if let number, let tokens = try session.step(number, progress: generation.progress) {
                    for token in tokens { text += decoder.append(token) }
                } else {
                    hasEnded = true
                    text = decoder.finish()
                }
                if !text.isEmpty { return text }
            }
            return nil
        }
    }
}
