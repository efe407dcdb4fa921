/// What one token adds to a reply.
public enum ReplyPiece: Hashable, Sendable {
    /// Text of an ordinary token, or of several.
    case text(String)
    case special(SpecialToken)

    /// The text of either.
    public var text: String {
        switch self {
        case .text(let text): text
        case .special(let token): token.text
        }
    }
}
