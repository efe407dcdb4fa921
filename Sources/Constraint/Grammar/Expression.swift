/// What a stretch of text may be.
///
/// An expression describes bytes. How the bytes are divided into tokens does not matter, except to `token`, which takes
/// one whole token.
package indirect enum Expression: Sendable, Hashable {
    /// Exactly these bytes; nothing if there are none.
    case bytes([UInt8])
    /// One character of a class, in UTF-8.
    case characters(CharacterClass)
    /// One token of a set.
    case token(TokenSet)
    /// One expression after the other.
    case sequence([Expression])
    /// Any one of them. None, and nothing fits.
    case choice([Expression])
    /// At least `min` and at most `max` times; nil for any number of times.
    case repetition(Expression, min: Int, max: Int?)
    /// What the rule at this place of `Grammar.rules` says.
    case rule(Int)
}

extension Expression {
    /// No text at all, not even the empty one.
    package static let never = Expression.choice([])
    /// The empty text.
    package static let empty = Expression.bytes([])

    /// The UTF-8 of `text`.
    package static func literal(_ text: String) -> Expression { .bytes(Array(text.utf8)) }

    package static func optional(_ expression: Expression) -> Expression { .repetition(expression, min: 0, max: 1) }
}

/// Tokens by their numbers: these, or all but these.
package struct TokenSet: Sendable, Hashable {
    package let ids: Set<Int32>
    /// Whether the set is all tokens but `ids`. The tokens that end a text are never in it.
    package let isNegated: Bool

    package init(_ ids: Set<Int32>, isNegated: Bool = false) { (self.ids, self.isNegated) = (ids, isNegated) }

    package func contains(_ id: Int32) -> Bool { ids.contains(id) != isNegated }
}
