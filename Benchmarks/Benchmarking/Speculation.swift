package import Speculative

/// How drafts are made and accepted in a draft-mtp test.
package struct SpeculationPlan: Sendable, Hashable {
    package enum Length: Sendable, Hashable, CustomStringConvertible {
        case fixed(Int)
        case automatic

        /// From `3` or `auto`.
        package init?(_ text: String) {
            if text == "auto" {
                self = .automatic
            } else if let count = Int(text), (0...64).contains(count) {
                self = .fixed(count)
            } else {
                return nil
            }
        }

        package var description: String {
            switch self {
            case .fixed(let count): "\(count)"
            case .automatic: "auto"
            }
        }
    }

    package let length: Length
    /// Entry i is the probability that the first i + 1 drafts are all accepted; empty for what the target really accepts.
    package let rates: [Double]

    package init(length: Length, rates: [Double]) {
        self.length = length
        self.rates = rates
    }

    /// The decoder's options.
    /// - Parameter seed: of the coin that decides which drafts are accepted.
    package func draftOptions(seed: UInt64) throws(BenchmarkError) -> DraftOptions {
        guard case .fixed(let count) = length else { throw .notSupported("--spec-draft-n-max auto") }
        guard rates.isEmpty else { throw .notSupported("--spec-synth-rates") }
        return DraftOptions(maximum: count)
    }
}

package enum BenchmarkError: Error, Equatable, Sendable, CustomStringConvertible {
    case notSupported(String)
    case noDrafter
    case contextTooShort(needed: Int, contextLength: Int)
    case peerFailed(command: String, status: Int32)
    case peerSilent(command: String)
    case cannotStart(command: String, reason: String)
    case nothingInCommon(ours: [String], peer: [String])

    package var description: String {
        switch self {
        case .notSupported(let option): "this build has no \(option)"
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
