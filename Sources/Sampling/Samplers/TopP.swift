import Foundation

/// Keeps the most probable tokens whose probabilities add up to p (https://arxiv.org/abs/1904.09751).
struct TopP: SamplingStep {
    private let p: Float
    private let minKeep: Int
    private var weights: [Float] = []

    /// - Returns: nil if it keeps all tokens.
    init?(_ p: Float, minKeep: Int) {
        if p >= 1 { return nil }
        self.p = p
        self.minKeep = minKeep
    }

    var keepsLargest: Bool { true }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        candidates.sort()
        let largest = candidates.logits.first ?? 0
        weights.removeAll(keepingCapacity: true)
        weights.append(contentsOf: candidates.logits.lazy.map { exp($0 - largest) })
        let wanted = p * weights.reduce(0, +)
        var sum: Float = 0
        for (place, weight) in weights.enumerated() {
            sum += weight
            if sum >= wanted, place + 1 >= minKeep { return candidates.keepFirst(place + 1) }
        }
    }
}
