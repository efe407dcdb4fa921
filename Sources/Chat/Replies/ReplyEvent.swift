/// What became known of a reply with one piece. The deltas of each field, in their order, are the field.
public enum ReplyEvent: Hashable, Sendable {
    case reasoning(String)
    case content(String)
    /// A call's name is known. `index` is the place that it will have in ``Reply/toolCalls``.
    case callBegan(index: Int, id: String, name: String)
    /// More of the arguments' JSON text. They can still turn out malformed.
    case arguments(index: Int, String)
    /// The call is complete and cannot be taken back.
    case callEnded(index: Int)
    /// The calls `voided`, if any began, are none: forget them. Their indices are given to the calls that follow.
    case callFailed(MalformedCall, voided: Range<Int>)
}
