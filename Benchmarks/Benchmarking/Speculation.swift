package import Speculative

/// How drafts are made and accepted in a draft-mtp test.
package struct SpeculationPlan: Sendable, Hashable {
    package let length: DraftLength
    /// Entry i is the probability that the first i + 1 drafts are all accepted; empty for what the target really accepts.
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
    /// - Parameter seed: of the coin that decides which drafts are accepted.
    package func draftOptions(seed: UInt64) throws -> DraftOptions {
        DraftOptions(
            length: length, syntheticAcceptance: rates.isEmpty ? nil : try SyntheticAcceptance(rates: rates, seed: seed)
        )
    }
}

package enum BenchmarkError: Error, Equatable, Sendable, CustomStringConvertible {
    case noDrafter
    case draftLength(Int)
    case contextTooShort(needed: Int, contextLength: Int)
    case peerFailed(command: String, status: Int32)
    case peerSilent(command: String)
    case cannotStart(command: String, reason: String)
    case nothingInCommon(ours: [String], peer: [String])

    package var description: String {
        switch self {
        case .draftLength(let count): "\(count) drafts in a round; expected 0 to \(DraftLength.largest), or auto"
        case .noDrafter: "drafts need a drafter; name one with -md, or take a synthetic pair"
        case .contextTooShort(let needed, let length):
            "these tests need a context of \(needed) tokens, not \(length); leave -c out"
        case .peerFailed(let command, let status): "the peer ended with status \(status): \(command)"
        case .peerSilent(let command):
            "the peer printed no figures, one JSON object a line with \"test\" and \"samples_ts\": \(command)"
        case .cannotStart(let command, let reason): "cannot start the peer: \(reason): \(command)"
        case .nothingInCommon(let ours, let peer):
            "no test has been measured by both: here \(ours.joined(separator: ", ")), there "
                + peer.joined(separator: ", ")
        }
    }
}
