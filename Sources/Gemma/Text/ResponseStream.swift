extension GemmaSession {
    /// The pieces of a text as the model writes it; see ``streamResponse(to:options:progress:)``.
    public struct ResponseStream: AsyncSequence, Sendable {
        public typealias Element = String

        let session: GemmaSession
        let prompt: String
        let options: GenerationOptions
        let progress: (@Sendable (Int, Int) -> Void)?

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(generation: self) }

        public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
            private let generation: ResponseStream
            private var number: Int?
            private var hasEnded = false

            fileprivate init(generation: ResponseStream) { self.generation = generation }

            /// Checks the options and adds the prompt to the session's text, without reading it. `next` does so if
            /// this was
            /// not called.
            ///
            /// Call it where an error must be known before the first piece is waited for. It does not wait: see `busy`.
            /// - Throws: `ModelError.contextFull` if the prompt does not fit, `SamplingError` or
            /// `GemmaError.invalidOption`
            ///   for bad options, `GemmaError.busy` while the session computes for another iterator.
            public mutating func begin() throws {
                guard number == nil else { return }
                number = try generation.session.begin(generation.prompt, generation.options)
            }

            /// The text of the next round: whole characters, never an empty string, and nothing that may turn out to
            /// be the
            /// beginning of a stop string; nil at the end.
            ///
            /// The task is suspended while the session's own thread computes. A generation that has not begun first
            /// waits
            /// for the batch or round that another iterator is computing, whose generation then ends with `superseded`.
            /// - Throws: what `begin` throws, `GemmaError.superseded`, `ModelError.notANumber`, or `CancellationError`.
            public mutating func next() async throws -> String? {
                let (session, prompt, options) = (generation.session, generation.prompt, generation.options)
                while !hasEnded {
                    try Task.checkCancellation()
                    let number: Int
                    if let begun = self.number {
                        number = begun
                    } else {
                        number = try await session.worker.run { try session.begin(prompt, options) }
                        self.number = number
                    }
                    guard let step = try await session.worker.run({ try session.step(number) }) else {
                        hasEnded = true
                        break
                    }
                    if let prompt = step.prompt { generation.progress?(prompt.done, prompt.total) }
                    if !step.text.isEmpty { return step.text }
                }
                return nil
            }
        }
    }
}
