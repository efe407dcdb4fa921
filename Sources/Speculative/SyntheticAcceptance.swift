/// Acceptance by a seeded coin: drafts are made and verified at their true cost, and then the coin says how many of
/// them are accepted. So the speed at a given acceptance can be measured with any pair, one with random weights too.
package struct SyntheticAcceptance: Sendable, Hashable {
    /// Element i: the probability that the first i + 1 drafts are all accepted. Drafts beyond are never accepted.
    package let rates: [Double]
    package let seed: UInt64

    /// - Throws: `SpeculationError.invalidRates` for a rate that is not a probability or is higher than the one before
    ///   it.
    package init(rates: [Double], seed: UInt64) throws(SpeculationError) {
        for (index, rate) in rates.enumerated() {
            let bound = index == 0 ? 1 : rates[index - 1]
            guard rate >= 0, rate <= bound else {
                throw .invalidRates(position: index + 1, rate: rate, bound: bound)
            }
        }
        self.rates = rates
        self.seed = seed
    }

    /// How many of `drafts` drafts are accepted, by `uniform` in 0 ..< 1.
    func accepted(of drafts: Int, uniform: Double) -> Int {
        rates.prefix(drafts).firstIndex { uniform >= $0 } ?? min(drafts, rates.count)
    }
}

/// What is wrong with an option of speculation.
package enum SpeculationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `position` counts from 1.
    case invalidRates(position: Int, rate: Double, bound: Double)

    package var description: String {
        switch self {
        case .invalidRates(let position, let rate, let bound):
            "acceptance rate \(position) is \(rate); expected 0 to \(bound): the first \(position) drafts cannot be "
                + "accepted more often than the first \(position - 1)"
        }
    }
}
