/// Describes objects: declared members in their order, then others if the schema admits any.
struct ObjectWriter {
    /// A member that a schema names.
    private struct Member {
        /// The key, the colon and the value.
        let expression: Expression
        let isRequired: Bool
    }

    let notation: any Notation
    let requirements: ObjectRequirements
    /// Of the schema, for messages.
    let path: String

    /// Each is compared with each other one.
    private static let maximumPatterns = 8

    /// - Returns: nil if there is no such object; then why is noted for `rule`.
    func expression(
        for rule: Int, expansion: inout SchemaExpansion, builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if requirements.isNothing { return notation.anyObject }
        let keys = declaredKeys
        try expansion.count(keys.count * requirements.parts.count)
        let required = Set(requirements.required)

        var members: [Member] = []
        for key in notation.ordered(keys) {
            let schemas = try requirements.schemas(for: key, &expansion.matcher)
            if try includesNever(schemas, &expansion) {
                guard required.contains(key) else { continue }
                builder.note(error("required", "\(key.text.debugDescription) must be there and cannot"), for: rule)
                return nil
            }
            let value = try value(Goal(schemas), expansion, &builder)
            members.append(
                Member(
                    expression: .sequence([try notation.key(key), notation.colon, value]),
                    isRequired: required.contains(key)))
        }
        if requirements.count.max.map({ $0 < required.count }) ?? false {
            builder.note(error("maxProperties", "is less than the number of required properties"), for: rule)
            return nil
        }
        let others = try others(without: keys, &expansion, &builder)
        if others == nil, members.count < requirements.count.min {
            builder.note(error("minProperties", "is more than the number of properties"), for: rule)
            return nil
        }
        var count = requirements.count
        if others == nil, let max = count.max, max >= members.count { count.max = nil }
        return .sequence([
            .literal("{"), try self.members(members, others, count, &expansion, &builder),
        ])
    }

    private func error(_ keyword: String, _ reason: String) -> ConstraintError {
        .schema(keyword: keyword, path: path, reason: reason)
    }

    // MARK: - What the schemas say

    /// The keys of `properties` in the schemas' order, and those that are required without being there.
    private var declaredKeys: [PropertyKey] {
        var keys: [PropertyKey] = []
        var known: Set<PropertyKey> = []
        for key in requirements.parts.flatMap(\.keys) + requirements.required where known.insert(key).inserted {
            keys.append(key)
        }
        return keys
    }

    /// Whether there may be members that no schema names. If none says so, there may be unless some are named.
    private func isOpen(_ expansion: inout SchemaExpansion) throws(ConstraintError) -> Bool {
        let additional = requirements.parts.compactMap(\.additional)
        if try includesNever(additional, &expansion) { return false }
        return !additional.isEmpty || requirements.parts.isEmpty
    }

    private func includesNever(
        _ schemas: [Int], _ expansion: inout SchemaExpansion
    ) throws(ConstraintError) -> Bool {
        for schema in schemas where try expansion.keywords(of: schema).isNever { return true }
        return false
    }

    /// The keys of members that no schema names one by one, and what their values obey.
    private func otherKeys(
        without declared: [PropertyKey], _ expansion: inout SchemaExpansion
    ) throws(ConstraintError) -> [(keys: CharacterAutomaton, goal: Goal)] {
        var patterns: [Pattern] = []
        for pattern in requirements.parts.flatMap(\.patterns) where !patterns.contains(pattern.key) {
            patterns.append(pattern.key)
        }
        if patterns.count > Self.maximumPatterns {
            throw .tooLarge(what: "patterns of properties", limit: Self.maximumPatterns)
        }
        for (place, pattern) in patterns.enumerated() {
            for other in patterns[..<place] {
                try expansion.matcher.count(pattern.intersection(other))
                guard try pattern.isDisjoint(from: other) else {
                    throw error("patternProperties", "two of the patterns match the same key, which is not supported")
                }
            }
        }
        let isOpen = try isOpen(&expansion)
        var rest = try KeyLanguage.automaton(of: notation.keyCharacters, without: declared)
        try expansion.count(rest.states.count * (1 + patterns.count))
        var groups: [(keys: CharacterAutomaton, goal: Goal)] = []
        for pattern in patterns {
            let matching = try expansion.matcher.automaton(of: pattern)
            let keys = try rest.intersection(matching)
            let schemas = requirements.parts.compactMap { part in
                part.patterns.first { $0.key == pattern }?.schema ?? part.additional
            }
            let isImpossible = try includesNever(schemas, &expansion)
            if !keys.isEmpty, !isImpossible { groups.append((keys, Goal(schemas))) }
            if isOpen { rest = try rest.subtracting(matching) }
        }
        if isOpen, !rest.isEmpty { groups.append((rest, Goal(requirements.parts.compactMap(\.additional)))) }
        return groups
    }

    /// - Returns: nil if there are no members but those that a schema names.
    private func others(
        without declared: [PropertyKey], _ expansion: inout SchemaExpansion, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        let hasPatterns = requirements.parts.contains { !$0.patterns.isEmpty }
        if !hasPatterns, try !isOpen(&expansion) { return nil }
        if !hasPatterns, declared.isEmpty {
            let goal = Goal(requirements.parts.compactMap(\.additional))
            return try builder.add(
                path, .sequence([notation.anyKey, notation.colon, value(goal, expansion, &builder)]))
        }
        var alternatives: [Expression] = []
        for (keys, goal) in try otherKeys(without: declared, &expansion) {
            let text = try builder.extend { (grammar) throws(ConstraintError) in
                keys.expression(named: "\(path) (keys)", in: &grammar, writing: notation.character)
            }
            let key = notation.key(text)
            alternatives.append(.sequence([key, notation.colon, try value(goal, expansion, &builder)]))
        }
        return alternatives.isEmpty ? nil : try builder.add(path, .choice(alternatives))
    }

    private func value(
        _ goal: Goal, _ expansion: SchemaExpansion, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression {
        .rule(try builder.rule(for: goal, named: expansion.document.name(of: goal, otherwise: path)))
    }

    // MARK: - Members

    /// The members and the bracket behind them, as rules that each call the next one at their end. There is one rule
    /// for each member and each number of members before it, as far as that number matters.
    private func members(
        _ members: [Member], _ others: Expression?, _ count: CountRange, _ expansion: inout SchemaExpansion,
        _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression {
        // That many members before one are like any more.
        let many = count.max ?? max(count.min, 1)
        func after(_ written: Int) -> Int { count.max == nil ? min(written + 1, many) : written + 1 }

        var reached: [Set<Int>] = [[0]]
        for member in members {
            var next: Set<Int> = []
            for written in reached[reached.count - 1] {
                if !member.isRequired { next.insert(written) }
                if written < many || count.max == nil { next.insert(after(written)) }
            }
            try expansion.count(next.count)
            reached.append(next)
        }

        var following: [Int: Expression] = [:]
        for written in reached[members.count].sorted() {
            following[written] = try builder.add(path, end(written, others: others, count: count))
        }
        for (member, reached) in zip(members, reached).reversed() {
            var rules: [Int: Expression] = [:]
            for written in reached.sorted() {
                var alternatives: [Expression] = []
                if let next = following[after(written)], written < many || count.max == nil {
                    alternatives.append(.sequence([separator(written), member.expression, next]))
                }
                if !member.isRequired, let next = following[written] { alternatives.append(next) }
                rules[written] = try builder.add(path, .choice(alternatives))
            }
            following = rules
        }
        return following[0] ?? .never
    }

    private func separator(_ written: Int) -> Expression { written == 0 ? notation.opening : notation.comma }

    /// What follows the declared members.
    private func end(_ written: Int, others: Expression?, count: CountRange) -> Expression {
        let close = Expression.sequence([notation.closing, .literal("}")])
        let missing = max(count.min - written, 0)
        guard let others else { return missing > 0 ? .never : close }
        let left = count.max.map { $0 - written }
        if left == 0 { return close }
        guard written == 0 else {
            return .sequence([
                .repetition(.sequence([notation.comma, others]), min: missing, max: left), close,
            ])
        }
        let list = Expression.sequence([
            notation.opening, others,
            .repetition(.sequence([notation.comma, others]), min: max(missing - 1, 0), max: left.map { $0 - 1 }),
        ])
        return .sequence([missing > 0 ? list : .optional(list), close])
    }
}
