import Foundation

/// Keeps the tokens that are at least p times as probable as the most probable one (https://arxiv.org/abs/2407.01082).
struct MinP: SamplingStep {
    private let p: Float
    private let minKeep: Int

    /// - Returns: nil if it keeps all tokens.
    init?(_ p: Float, minKeep: Int) {
        if p <= 0 { return nil }
        self.p = p
        self.minKeep = minKeep
    }

    var keepsLargest: Bool { true }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        candidates.keep(atLeast: candidates.largestLogit + log(p), minimum: max(1, minKeep))
    }
}
