public import Chat

extension LanguageModelSession {
    // MARK: - Whole responses

    /// Says `prompt` to the model and waits for what it answers. Calls of tools are made on the way.
    ///
    /// Cancelling the task ends the response. What was written by then stays in the transcript.
    /// - Throws: ``ChatFormatError`` if the template refuses the conversation; `ModelError.contextFull` if it does not
    ///   fit; `GemmaError.busy` while another response is being written, `GemmaError.tooManyToolRounds`,
    ///   `GemmaError.invalidOption`, `SamplingError`, ``ConstraintError``, `ModelError.notANumber`, or
    ///   `CancellationError`. The transcript then has what was complete.
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
        ResponseStream(session: self, message: .user(.text(prompt)), options: options, format: nil)
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
        ResponseStream(session: self, message: nil, options: options, format: nil)
    }
}

// MARK: - What they give

extension LanguageModelSession {
    /// A response that is complete.
    public struct Response<Content: Generable>: Sendable {
        /// What was answered.
        public let content: Content
        /// The same as JSON: what the model wrote, or a string of the text.
        public let rawContent: GeneratedContent
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
        /// The end. Of an answer that is a value, this is the JSON text.
        case finished(Response<String>)
    }
}
