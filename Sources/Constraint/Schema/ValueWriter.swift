import JSON

/// Describes the values that meet requirements.
struct ValueWriter {
    let notation: any Notation
    /// Of the schema, for messages.
    let path: String

    /// - Returns: nil if there is no such value; then why is noted for `rule`.
    func expression(
        of requirements: Requirements, for rule: Int, expansion: inout SchemaExpansion, builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if requirements.isNothing { return notation.anyValue }
        if let literals = requirements.literals {
            return try self.literals(literals, requirements, rule, &expansion, &builder)
        }
        if requirements.types.isEmpty {
            builder.note(
                .schema(keyword: "type", path: path, reason: "no type obeys all schemas that hold here"), for: rule)
            return nil
        }
        var alternatives: [Expression] = []
        for type in JSONTypes.each where !requirements.types.isDisjoint(with: type) {
            let alternative: Expression?
            switch type {
            case .object:
                alternative = try ObjectWriter(notation: notation, requirements: requirements.objects, path: path)
                    .expression(for: rule, expansion: &expansion, builder: &builder)
            case .array:
                alternative = try ArrayWriter(notation: notation, requirements: requirements.arrays, path: path)
                    .expression(for: rule, expansion: &expansion, builder: &builder)
            case .string: alternative = try string(requirements.strings, rule, &builder)
            case .number:
                alternative = try number(
                    requirements.numbers, isInteger: !requirements.types.contains(.fraction), rule, &builder)
            case .boolean: alternative = .choice([.literal("true"), .literal("false")])
            default: alternative = .literal("null")
            }
            if let alternative { alternatives.append(alternative) }
        }
        guard !alternatives.isEmpty else { return nil }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private func literals(
        _ literals: [JSONValue], _ requirements: Requirements, _ rule: Int, _ expansion: inout SchemaExpansion,
        _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        var others = requirements
        others.literals = nil
        var check = ValueCheck(expansion)
        var alternatives: [Expression] = []
        for value in literals where try check.admits(value, others) {
            alternatives.append(try notation.literal(value))
        }
        expansion = check.expansion
        if alternatives.isEmpty {
            builder.note(
                .schema(
                    keyword: literals.count == 1 ? "const" : "enum", path: path,
                    reason: "no value obeys the other keywords that hold here"), for: rule)
            return nil
        }
        return .choice(alternatives)
    }

    private func string(
        _ strings: StringRequirements, _ rule: Int, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if strings.isNothing { return notation.anyString }
        if strings.length.isEmpty {
            builder.note(
                .schema(keyword: "minLength", path: path, reason: "is larger than `maxLength`"), for: rule)
            return nil
        }
        if let form = strings.forms.first {
            throw .schema(keyword: form.keyword, path: form.path, reason: "is not supported yet")
        }
        return notation.string(length: strings.length)
    }

    private func number(
        _ numbers: NumberRequirements, isInteger: Bool, _ rule: Int, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if numbers.isNothing { return isInteger ? notation.anyInteger : notation.anyNumber }
        throw .schema(keyword: "minimum", path: path, reason: "is not supported yet")
    }
}
