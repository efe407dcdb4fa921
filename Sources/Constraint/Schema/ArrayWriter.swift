/// Describes arrays: elements with a schema for their place, then others.
struct ArrayWriter {
    let notation: any Notation
    let requirements: ArrayRequirements
    /// Of the schema, for messages.
    let path: String

    /// - Returns: nil if there is no such array; then why is noted for `rule`.
    func expression(
        for rule: Int, expansion: inout SchemaExpansion, builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if requirements.isNothing { return notation.anyArray }
        var count = requirements.count
        // From the first place on where nothing may be, there is nothing.
        let prefixCount = requirements.parts.map(\.prefix.count).max() ?? 0
        try expansion.count(prefixCount * requirements.parts.count)
        for place in 0...prefixCount {
            for schema in requirements.schemas(at: place) where try expansion.keywords(of: schema).isNever {
                count.max = min(count.max ?? place, place)
            }
        }
        if count.isEmpty {
            builder.note(
                .schema(keyword: "minItems", path: path, reason: "is more than there may be elements"), for: rule)
            return nil
        }
        let listed = min(prefixCount, count.max ?? prefixCount)
        let rest = try rest(behind: prefixCount, count: count, &expansion, &builder)
        guard listed > 0 else { return .sequence([.literal("["), rest]) }

        // Rules that each call the next one at their end.
        var following = rest
        for place in (0..<listed).reversed() {
            let element = try element(at: place, &expansion, &builder)
            let separator = place == 0 ? notation.opening : notation.comma
            let one = Expression.sequence([separator, element, following])
            following = try builder.add(path, place < count.min ? one : .choice([one, close]))
        }
        return .sequence([.literal("["), following])
    }

    private var close: Expression { .sequence([notation.closing, .literal("]")]) }

    private func element(
        at place: Int, _ expansion: inout SchemaExpansion, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression {
        let goal = Goal(requirements.schemas(at: place))
        return .rule(try builder.rule(for: goal, named: expansion.document.name(of: goal, otherwise: path)))
    }

    /// The elements from `place` on, which share a schema, and the bracket behind them.
    private func rest(
        behind place: Int, count: CountRange, _ expansion: inout SchemaExpansion, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression {
        let missing = max(count.min - place, 0)
        let left = count.max.map { max($0 - place, 0) }
        if left == 0 { return close }
        let element = try element(at: place, &expansion, &builder)
        let more = Expression.sequence([notation.comma, element])
        guard place == 0 else { return .sequence([.repetition(more, min: missing, max: left), close]) }
        let list = Expression.sequence([
            notation.opening, element, .repetition(more, min: max(missing - 1, 0), max: left.map { $0 - 1 }),
        ])
        return .sequence([missing > 0 ? list : .optional(list), close])
    }
}
