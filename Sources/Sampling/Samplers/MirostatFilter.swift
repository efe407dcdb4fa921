import Foundation

/// Keeps the tokens whose surprise is at most mu, at least one, and moves mu by what the text turns out to be
/// (https://arxiv.org/abs/2007.14966, version 2).
struct MirostatFilter: SamplingStep {
    let learningRate: Float
    let entropy: Float

    /// - Returns: nil if it is off.
    init?(_ options: SamplingOptions.Mirostat) {
        guard case .version2(let learningRate, let entropy) = options else { return nil }
        self.learningRate = learningRate
        self.entropy = entropy
    }

    var keepsLargest: Bool { true }

    /// Before the first token.
    var initialState: SamplerState { SamplerState(surpriseLimit: 2 * entropy) }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        // A surprise is -log2(p), and log(p) = logit - logSumExp.
        candidates.keep(atLeast: candidates.logSumExp - place.state.surpriseLimit * log(2), minimum: 1)
    }

    /// Takes notice of a token of the text that had `probability` after the filter.
    func accept(probability: Float, _ state: inout SamplerState) {
        guard probability > 0 else { return }  // it was not drawn from this distribution
        state.surpriseLimit -= learningRate * (-log2(probability) - entropy)
    }
}
