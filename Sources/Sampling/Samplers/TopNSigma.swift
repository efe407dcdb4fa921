/// Keeps the tokens whose logits are at most n standard deviations of all logits below the largest one
/// (https://arxiv.org/abs/2411.07641).
struct TopNSigma: SamplingStep {
    private let n: Float

    /// - Returns: nil if it keeps all tokens.
    init?(_ n: Float) {
        if n <= 0 { return nil }
        self.n = n
    }

    var keepsLargest: Bool { true }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        let limit = candidates.largestLogit - n * candidates.standardDeviation
        // Not a number if a logit is infinite.
        if limit.isFinite { candidates.keep(atLeast: limit, minimum: 1) }
    }
}
