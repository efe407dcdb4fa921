public import Chat

extension LanguageModelSession {
    // MARK: - Whole responses

    /// Says `prompt` to the model and waits for what it answers. Calls of tools are made on the way.
    ///
    /// Cancelling the task ends the response. What was written by then stays in the transcript.
    /// - Throws: ``ChatFormatError`` if the template refuses the conversation; `ModelError.contextFull` if it does not
    ///   fit; `GemmaError.busy` while another response is being written, `GemmaError.tooManyToolRounds`,
    ///   `GemmaError.invalidOption`, `SamplingError`, `ModelError.notANumber`, or `CancellationError`. The transcript
    ///   then has what was complete.
    @discardableResult
    public func respond(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<String> {
        try await streamResponse(to: prompt, options: options).collect()
    }

    /// The same with a prompt from parts.
    @discardableResult
    public func respond(
        to prompt: Prompt, options: GenerationOptions = GenerationOptions()
    ) async throws -> Response<String> {
        try await respond(to: prompt.text, options: options)
    }

    /// The same with a prompt from parts.
    @discardableResult
    public func respond(
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) async throws -> Response<String> {
        try await respond(to: try prompt(), options: options)
    }

    // MARK: - Streams

    /// Says `prompt` to the model. Nothing happens until the result is iterated.
    ///
    /// Leaving the loop ends the response; what was written by then stays in the transcript.
    /// - Returns: what was answered so far, after each token or few; see ``ResponseStream/events`` for more than the
    ///   text. Iterating throws what ``respond(to:options:)-(String,_)`` throws.
    public func streamResponse(
        to prompt: String, options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<String> {
        ResponseStream(session: self, message: .user(.text(prompt)), options: options)
    }

    /// The same with a prompt from parts.
    public func streamResponse(
        to prompt: Prompt, options: GenerationOptions = GenerationOptions()
    ) -> ResponseStream<String> {
        streamResponse(to: prompt.text, options: options)
    }

    /// The same with a prompt from parts.
    public func streamResponse(
        options: GenerationOptions = GenerationOptions(), @PromptBuilder prompt: () throws -> Prompt
    ) rethrows -> ResponseStream<String> {
        streamResponse(to: try prompt(), options: options)
    }

    /// Has the model answer the conversation as it is, without another message: once more, or after
    /// ``setTranscript(_:)``.
    public func streamResponse(options: GenerationOptions = GenerationOptions()) -> ResponseStream<String> {
        ResponseStream(session: self, message: nil, options: options)
    }
}

// MARK: - What they give

extension LanguageModelSession {
    /// A response that is complete.
    public struct Response<Content: Sendable>: Sendable {
        /// What was answered.
        public let content: Content
        /// What the model thought before it answered; empty if it did not think.
        public let reasoning: String
        /// What the response added to the transcript after the user's message: calls, their results, and the answer.
        public let transcriptEntries: ArraySlice<Message>
        /// Calls that could not be read, and were not made.
        public let malformedCalls: [MalformedCall]
        /// All tokens that were written, calls and thoughts included.
        public let tokens: [TokenID]
        /// Why it ended.
        public let finishReason: FinishReason?
        /// Figures of each round: there is one more than rounds of calls.
        public let rounds: [GenerationStatistics]

        /// Figures of the last round.
        public var statistics: GenerationStatistics { rounds.last ?? GenerationStatistics() }
    }

    /// What becomes known while a response is written.
    public enum ResponseEvent: Sendable {
        /// So many tokens of a round's prompt have been read.
        case prompt(done: Int, total: Int)
        /// More of the thoughts.
        case reasoning(String)
        /// More of the answer.
        case content(String)
        /// A complete call. The tool is called when the round has ended.
        case toolCall(ToolCall)
        /// A call that could not be read.
        case malformedCall(MalformedCall)
        /// What a call came to, as the model is told.
        case toolOutput(ToolCall, String)
        /// The end.
        case finished(Response<String>)
    }

    /// A response as it is written.
    public struct ResponseStream<Content: Sendable>: Sendable {
        let session: LanguageModelSession
        /// What is said before the response; nil for nothing.
        let message: Message?
        let options: GenerationOptions

        /// The message that is being written, as far as it is known. After calls, the model begins another message.
        public struct Snapshot: Sendable {
            /// What was answered so far.
            public fileprivate(set) var content: Content
            /// What was thought so far.
            public fileprivate(set) var reasoning = ""
        }
    }
}

extension LanguageModelSession.ResponseStream where Content == String {
    /// Everything that becomes known, piece by piece. Iterating begins the response, as iterating the snapshots does.
    public var events: Events { Events(response: self) }

    fileprivate func begin() -> AsyncThrowingStream<LanguageModelSession.ResponseEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream<LanguageModelSession.ResponseEvent, any Error>.makeStream()
        let chat = ChatTurn(session: session, message: message, options: options)
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

    /// The whole response, when it is complete.
    public func collect() async throws -> LanguageModelSession.Response<String> {
        for try await event in events { if case .finished(let response) = event { return response } }
        throw CancellationError()
    }
}

extension LanguageModelSession.ResponseStream {
    /// The events of a response.
    public struct Events: AsyncSequence, Sendable where Content == String {
        public typealias Element = LanguageModelSession.ResponseEvent

        fileprivate let response: LanguageModelSession.ResponseStream<String>

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

extension LanguageModelSession.ResponseStream: AsyncSequence where Content == String {
    public typealias Element = Snapshot

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var events: Events.AsyncIterator
        fileprivate var snapshot = Snapshot(content: "")

        fileprivate var isOver = false

        /// The message so far, each time that more of it is known; nil at the end. The last one is the response.
        public mutating func next() async throws -> Snapshot? {
            while let event = try await events.next() {
                switch event {
                case .content(let delta):
                    begin()
                    snapshot.content += delta
                case .reasoning(let delta):
                    begin()
                    snapshot.reasoning += delta
                case .toolOutput:
                    isOver = true
                    continue
                case .finished where isOver: begin()  // with nothing written after the last call
                default: continue
                }
                return snapshot
            }
            return nil
        }

        private mutating func begin() {
            if isOver { snapshot = Snapshot(content: "") }
            isOver = false
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(events: events.makeAsyncIterator()) }
}
