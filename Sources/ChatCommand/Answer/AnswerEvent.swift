package import Chat

/// What happens while the model answers.
package enum AnswerEvent: Hashable, Sendable {
    /// So many tokens of the prompt have been read.
    case prompt(done: Int, total: Int)
    /// More of a thought.
    case reasoning(String)
    /// More of the answer.
    case content(String)
    /// The model calls a tool, which runs next.
    case toolCall(ToolCall)
    /// What the model wrote as a call is not a call.
    case malformedCall(MalformedCall)
    /// A tool's result, which the model reads next.
    case toolOutput(ToolCall, String)
    case finished(AnswerSummary)
}

/// An answer's end and figures.
package struct AnswerSummary: Hashable, Sendable {
    package enum End: String, Hashable, Sendable {
        case endOfText, stopString, maximumTokens, contextFull
    }

    package var end: End
    /// Tokens of the prompt that were read; what the cache held is not read again.
    package var promptTokens: Int
    package var promptTokensPerSecond: Double
    /// Tokens of the prompt that the cache held.
    package var cachedTokens = 0
    /// Time until the first token was written.
    package var firstTokenSeconds = 0.0
    package var generatedTokens: Int
    package var generatedTokensPerSecond: Double
    /// Tokens in the context, and the most it holds.
    package var contextTokens: Int
    package var contextLength: Int

    package init(
        end: End, promptTokens: Int, promptTokensPerSecond: Double, generatedTokens: Int,
        generatedTokensPerSecond: Double, contextTokens: Int, contextLength: Int
    ) {
        self.end = end
        self.promptTokens = promptTokens
        self.promptTokensPerSecond = promptTokensPerSecond
        self.generatedTokens = generatedTokens
        self.generatedTokensPerSecond = generatedTokensPerSecond
        self.contextTokens = contextTokens
        self.contextLength = contextLength
    }

    /// How full the context is, 0 to 1.
    package var fullness: Double { contextLength > 0 ? Double(contextTokens) / Double(contextLength) : 0 }
}
