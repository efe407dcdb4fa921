/// At a position that its coin says so of, excludes all tokens that reach the threshold except the least probable of
/// them ("Exclude Top Choices").
///
/// The coin is a function of the seed and of the position, and so independent of drafts: a draft, its verification, and
/// another attempt after it was taken back see the same coin. For any sequence of coins the text has the distribution
/// that these coins give it, and so the mixture over all of them is right, too.
struct XTCFilter: SamplingStep {
    private let options: SamplingOptions.XTC
    private let minKeep: Int
    private let seed: UInt64
    private var probabilities: [Float] = []

    /// - Returns: nil if it can have no effect.
    init?(_ options: SamplingOptions.XTC, minKeep: Int, seed: UInt64) {
        if options.probability <= 0 || options.threshold > 0.5 { return nil }
        self.options = options
        self.minKeep = minKeep
        self.seed = seed
    }

    var keepsLargest: Bool { false }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        guard Self.coin(seed, position: place.history.count) < Double(options.probability) else { return }
        candidates.probabilities(into: &probabilities)
        let reaching = probabilities.firstIndex { $0 < options.threshold } ?? probabilities.count
        guard reaching > 1, candidates.count - (reaching - 1) >= minKeep else { return }
        candidates.dropFirst(reaching - 1)
    }

    /// Uniform in 0 ..< 1.
    static func coin(_ seed: UInt64, position: Int) -> Double {
        // Another stream for each position, and none is the sampler's own.
        var generator = Xoshiro256(seed: seed ^ (UInt64(position) + 1) &* 0xd134_2543_de82_ef95)
        return generator.uniform()
    }
}
