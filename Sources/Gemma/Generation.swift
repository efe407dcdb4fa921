import Tokenizer

/// The pieces of a text as the model writes it; see `Session.generate`.
public struct Generation: AsyncSequence, Sendable {
    public typealias Element = String

    let session: Session
    let prompt: String
    let options: GenerationOptions
    let progress: (@Sendable (Int, Int) -> Void)?

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(generation: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private let generation: Generation
        private var number: Int?
        private var decoder: StreamingDecoder
        private var hasEnded = false

        fileprivate init(generation: Generation) {
            self.generation = generation
            decoder = StreamingDecoder(
                generation.session.pair.tokenizer, special: generation.options.showsSpecialTokens)
        }

        /// The text of the next round: whole characters, never an empty string; nil at the end.
        public mutating func next() async throws -> String? {
            let session = generation.session
            while !hasEnded {
                try Task.checkCancellation()
                let number = try self.number ?? session.begin(generation.prompt, generation.options)
                self.number = number
                var text = ""
                if let tokens = try session.step(number, progress: generation.progress) {
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
