public import Tokenizer

/// What one pass has done for a request.
public struct EngineUpdate: Sendable {
    /// New text: whole characters, and nothing that may turn out to be the beginning of a stop string.
    public let text: String
    /// The new tokens; none after a part of the prompt other than the last.
    public let tokens: [TokenID]
    /// Tokens of the prompt read so far, and all that have to be read; nil after the prompt.
    public let prompt: (done: Int, total: Int)?
    /// Figures so far.
    public let statistics: GenerationStatistics

    init(_ step: StepResult) {
        text = step.text
        tokens = step.tokens
        prompt = step.prompt
        statistics = step.statistics
    }
}
