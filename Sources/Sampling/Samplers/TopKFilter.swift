/// Keeps the k most probable tokens.
struct TopKFilter: SamplingStep {
    private let k: Int

    /// - Returns: nil if it keeps all tokens.
    init?(_ k: Int) {
        if k == 0 { return nil }
        self.k = k
    }

    var keepsLargest: Bool { true }

    mutating func apply(to candidates: inout Candidates, at place: Place) { candidates.keepLargest(k) }
}
