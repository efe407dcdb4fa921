/// Channels of keys that are much larger than the others, as in trained models.
///
/// Trained models are reported to have a few channels of keys that are 10 to 30 times as large as the others, the same
/// for all tokens (KIVI, https://arxiv.org/abs/2402.02750; KVQuant, https://arxiv.org/abs/2401.18079). Here a factor in
/// the weight of the keys' norm makes them, and its inverse in that of the queries' norm keeps the scores: without
/// rounding, the model computes what it would compute without outliers. Both channels that position rotates together
/// have the same factor.
struct KeyOutliers {
    /// Pairs of channels with a factor, out of 32.
    private static let pairsOf32 = 1
    private static let factors: ClosedRange<Float> = 10...30

    /// Whether the model has any.
    let isEnabled: Bool

    /// The factors of a key's channels. They depend on the width of heads only: drafters read the caches of their
    /// target's layers.
    func factors(width: Int) -> [Float] {
        var factors = [Float](repeating: 1, count: width)
        guard isEnabled else { return factors }
        let pairs = width / 2
        let random = RandomValues("outliers of \(width)")
        let range = Self.factors
        for pair in random.permutation(pairs).prefix(max(1, pairs / 32 * Self.pairsOf32)).map(Int.init) {
            let share = Float(random.word(~pair) >> 40) * 0x1p-24
            let factor = range.lowerBound + share * (range.upperBound - range.lowerBound)
            (factors[pair], factors[pairs + pair]) = (factor, factor)
        }
        return factors
    }
}
