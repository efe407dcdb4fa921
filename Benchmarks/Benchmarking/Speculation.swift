package import Speculative

/// How drafts are made and accepted in a draft-mtp test.
package struct SpeculationPlan: Sendable, Hashable {
    package let length: DraftLength
    /// Entry i is the probability that the first i + 1 drafts are all accepted. If empty, the target decides.
    package let rates: [Double]

    /// - Throws: `SpeculationError.invalidRates` or `BenchmarkError.draftLength`.
    package init(length: DraftLength, rates: [Double]) throws {
        if case .fixed(let count) = length, !(0...DraftLength.largest).contains(count) {
            throw BenchmarkError.draftLength(count)
        }
        self.length = length
        self.rates = rates
        _ = try draftOptions(seed: 0)
    }

    /// The decoder's options.
    /// - Parameter seed: of the random generator that decides which drafts are accepted.
    package func draftOptions(seed: UInt64) throws -> DraftOptions {
        DraftOptions(
            length: length, syntheticAcceptance: rates.isEmpty ? nil : try SyntheticAcceptance(rates: rates, seed: seed)
        )
    }
}
