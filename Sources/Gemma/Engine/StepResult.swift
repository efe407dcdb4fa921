package import Tokenizer

/// What a step of a generation has done: it has read some of the prompt or run a round.
package struct StepResult: Sendable {
    /// The new tokens; none after a part of the prompt other than the last.
    package let tokens: [TokenID]
    /// What can be delivered of their text, and of that of earlier tokens.
    package let text: String
    /// Tokens of the prompt read so far and in all; nil after a round.
    package let prompt: (done: Int, total: Int)?
    /// Figures after the step.
    package let statistics: GenerationStatistics
}
