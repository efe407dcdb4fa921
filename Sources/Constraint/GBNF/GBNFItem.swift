/// What a part of a grammar says, and how much it is.
struct GBNFItem {
    var expression: Expression
    /// Symbols, with repetitions written out; at least one.
    var size: Int
    /// Groups and repetitions within one another.
    var height = 0

    private static let maximumHeight = 256

    /// One of `alternatives`, each of which is one item after the other.
    static func group(_ alternatives: [[GBNFItem]]) -> GBNFItem {
        let items = alternatives.joined()
        let sequences = alternatives.map { items in
            items.count == 1 ? items[0].expression : Expression.sequence(items.map(\.expression))
        }
        return GBNFItem(
            expression: sequences.count == 1 ? sequences[0] : .choice(sequences),
            size: max(1, items.reduce(0) { $0.addingSaturated($1.size) }), height: items.map(\.height).max() ?? 0)
    }

    func repeated(min: Int, max: Int?) throws(ConstraintError) -> GBNFItem {
        try GBNFItem(
            expression: .repetition(expression, min: min, max: max),
            size: size.multipliedSaturated(by: Swift.max(max ?? min, 1)), height: height
        ).nested()
    }

    /// The same item, one level deeper.
    func nested() throws(ConstraintError) -> GBNFItem {
        guard height < Self.maximumHeight else {
            throw .tooLarge(what: "groups and repetitions within one another", limit: Self.maximumHeight)
        }
        return GBNFItem(expression: expression, size: size, height: height + 1)
    }
}
