internal import Chat

extension LanguageModelSession {
    /// A response as it is written.
    public struct ResponseStream<Content: Generable>: Sendable {
        let session: LanguageModelSession
        /// What is said before the response; nil for nothing.
        let message: Message?
        let options: GenerationOptions
        /// What the answer is to be in JSON; nil for text.
        let format: AnswerFormat?

        /// The message that is being written, as far as it is known. After calls, the model begins another message.
        public struct Snapshot: Sendable {
            /// What was answered so far.
            public let content: Content.PartiallyGenerated
            /// The same as JSON: what the model wrote so far, or a string of the text.
            public let rawContent: GeneratedContent
            /// What was thought so far.
            public let reasoning: String
        }

        /// The number of tokens at which an answer is cut off.
        fileprivate var limit: Int {
            Swift.min(options.maximumResponseTokens ?? session.contextLength, session.contextLength)
        }
    }
}

extension LanguageModelSession.ResponseStream {
    /// The whole response, when it is complete.
    /// - Throws: what iterating throws.
    public func collect() async throws -> LanguageModelSession.Response<Content> {
        for try await event in events {
            guard case .finished(let text) = event else { continue }
            if format == nil, let response = text as? LanguageModelSession.Response<Content> { return response }
            return try text.decoded(as: Content.self, limit: limit)
        }
        throw CancellationError()
    }
}

// MARK: - Events

extension LanguageModelSession.ResponseStream {
    /// Everything that becomes known, piece by piece. Iterating begins the response, as iterating the snapshots does.
    public var events: Events { Events(response: self) }

    fileprivate func begin() -> AsyncThrowingStream<LanguageModelSession.ResponseEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream<LanguageModelSession.ResponseEvent, any Error>.makeStream()
        let chat = ChatTurn(session: session, message: message, options: options, format: format)
        do throws(GemmaError) {
            let giveUp = try session.work { turn in
                do {
                    try await chat.run(turn) { event in
                        // The reader of the event may begin the next response.
                        if case .finished = event { turn.yield() }
                        continuation.yield(event)
                    }
                    continuation.finish()
                } catch {
                    turn.yield()
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { reason in if case .cancelled = reason { giveUp() } }
        } catch {
            continuation.finish(throwing: error)
        }
        return stream
    }

    /// The events of a response.
    public struct Events: AsyncSequence, Sendable {
        public typealias Element = LanguageModelSession.ResponseEvent

        fileprivate let response: LanguageModelSession.ResponseStream<Content>

        public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: response.begin().makeAsyncIterator()) }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var events: AsyncThrowingStream<LanguageModelSession.ResponseEvent, any Error>.AsyncIterator
            private var isComplete = false

            fileprivate init(
                events: AsyncThrowingStream<LanguageModelSession.ResponseEvent, any Error>.AsyncIterator
            ) { self.events = events }

            /// The next event; nil after the last one.
            /// - Throws: why the response ended early, `CancellationError` included.
            public mutating func next() async throws -> LanguageModelSession.ResponseEvent? {
                guard let event = try await events.next() else {
                    if !isComplete { try Task.checkCancellation() }  // the stream of a cancelled task just ends
                    return nil
                }
                if case .finished = event { isComplete = true }
                return event
            }
        }
    }
}

// MARK: - Snapshots

extension LanguageModelSession.ResponseStream: AsyncSequence {
    public typealias Element = Snapshot

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let response: LanguageModelSession.ResponseStream<Content>
        fileprivate var events: Events.AsyncIterator
        private var answer: AnswerReader
        private var reasoning = ""
        /// Whether the message has ended with calls.
        private var isOver = false
        /// Whether the last snapshot was that of a complete value.
        private var isComplete = false

        fileprivate init(_ response: LanguageModelSession.ResponseStream<Content>) {
            self.response = response
            events = response.events.makeAsyncIterator()
            answer = AnswerReader(isJSON: response.format != nil)
        }

        /// The message so far, each time that more of it is known; nil at the end. The last one is the response.
        ///
        /// A snapshot of a value comes when enough is known to make its `PartiallyGenerated` of.
        public mutating func next() async throws -> Snapshot? {
            while let event = try await events.next() {
                switch event {
                case .content(let delta):
                    begin()
                    answer.append(delta)
                case .reasoning(let delta):
                    begin()
                    reasoning += delta
                case .toolOutput:
                    isOver = true
                    continue
                case .finished(let text) where response.format != nil:
                    begin()
                    let whole = try text.decoded(as: Content.self, limit: response.limit)
                    guard !isComplete else { continue }
                    let raw = answer.whole(whole.rawContent)
                    return try snapshot(raw, Content.PartiallyGenerated(raw))
                case .finished where isOver: begin()  // with nothing written after the last call
                default: continue
                }
                guard let raw = answer.content, let content = try? Content.PartiallyGenerated(raw) else { continue }
                isComplete = raw.isComplete
                return snapshot(raw, content)
            }
            return nil
        }

        private func snapshot(_ raw: GeneratedContent, _ content: Content.PartiallyGenerated) -> Snapshot {
            Snapshot(content: content, rawContent: raw, reasoning: reasoning)
        }

        private mutating func begin() {
            if isOver {
                answer = AnswerReader(isJSON: response.format != nil)
                reasoning = ""
                isComplete = false
            }
            isOver = false
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
