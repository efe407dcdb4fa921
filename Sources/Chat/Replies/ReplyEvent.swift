/// What became known of a reply with one piece. The deltas of each field, in their order, are the field.
public enum ReplyEvent: Hashable, Sendable {
    /// More of the thoughts.
    case reasoning(String)
    /// More of the content.
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

extension [ReplyEvent] {
    /// Appends an event, which becomes one with the last one if both are deltas of the same field.
    mutating func add(_ event: ReplyEvent) {
        switch (last, event) {
        case (.reasoning(let first)?, .reasoning(let second)): self[count - 1] = .reasoning(first + second)
        case (.content(let first)?, .content(let second)): self[count - 1] = .content(first + second)
        case (.arguments(let index, let first)?, .arguments(let other, let second)) where index == other:
            self[count - 1] = .arguments(index: index, first + second)
        default: append(event)
        }
    }
}
