/// A step between the logits and the distribution.
///
/// Its outcome depends on the candidates and on `place` alone: places of drafts are computed and taken back again, and
/// the text must keep its distribution. What a step keeps between calls is memory to work in.
protocol SamplingStep: Sendable {
    /// Whether the most probable of the candidates always remains and remains the most probable one.
    var keepsLargest: Bool { get }

    mutating func apply(to candidates: inout Candidates, at place: Place)
}

/// What a distribution depends on besides the logits.
struct Place {
    /// The text before it.
    let history: History
    let state: SamplerState
}

/// What a sampler learns from the tokens of the text, and forgets again when drafts are taken back.
package struct SamplerState: Sendable, Hashable {
    /// Mirostat's mu: the largest surprise of the next token, in bits.
    package var surpriseLimit: Float = 0
}
