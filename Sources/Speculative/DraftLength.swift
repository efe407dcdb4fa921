/// How many drafts a round makes.
public enum DraftLength: Sendable, Hashable {
    /// That many at most; 0 decodes without the drafter.
    case fixed(Int)
    /// As many as give the most tokens per second, judged by what the session has measured; none where drafting loses.
    ///
    /// Where a text is drawn with a seed and `DraftCoupling.rejection`, judged by acceptance alone at assumed costs:
    /// measured times would make the same seed give another text each time.
    case automatic

    /// Beyond this no drafter is right often enough for one more draft to pay.
    package static let largest = 64
}

/// As on the command line: a number, or "auto".
extension DraftLength: LosslessStringConvertible {
    public init?(_ text: String) {
        if text == "auto" {
            self = .automatic
        } else if let count = Int(text) {
            self = .fixed(count)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .fixed(let count): "\(count)"
        case .automatic: "auto"
        }
    }
}
