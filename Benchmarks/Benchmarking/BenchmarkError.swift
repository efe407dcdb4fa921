internal import Speculative

/// Why a benchmark cannot run, or why its results are of no use.
package enum BenchmarkError: Error, Equatable, Sendable, CustomStringConvertible {
    case noDrafter
    case draftLength(Int)
    case contextTooShort(needed: Int, contextLength: Int)
    case peerFailed(command: String, status: Int32)
    case peerSilent(command: String)
    case cannotStart(command: String, reason: String)
    case nothingInCommon(ours: [String], peer: [String])
    case refusedToken(place: String)

    package var description: String {
        switch self {
        case .draftLength(let count): "\(count) drafts per round; expected 0 to \(DraftLength.largest), or auto"
        case .noDrafter: "drafts need a drafter"
        case .contextTooShort(let needed, let length): "these tests need a context of \(needed) tokens, not \(length)"
        case .peerFailed(let command, let status): "the peer ended with status \(status): \(command)"
        case .peerSilent(let command):
            "the peer did not print figures, one JSON object per line with \"test\" and \"samples_ts\": \(command)"
        case .cannotStart(let command, let reason): "cannot start the peer: \(reason): \(command)"
        case .nothingInCommon(let ours, let peer):
            "no test was measured by both sides: here \(ours.joined(separator: ", ")), there "
                + peer.joined(separator: ", ")
        case .refusedToken(let place): "a text that should obey its constraint does not: \(place)"
        }
    }
}
