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
            case .string: alternative = try string(requirements.strings, rule, &expansion, &builder)
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
        // The check has the only copy meanwhile, which makes changes cheap.
        var check = ValueCheck(expansion)
        expansion = SchemaExpansion()
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
        _ strings: StringRequirements, _ rule: Int, _ expansion: inout SchemaExpansion,
        _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if strings.isNothing { return notation.anyString }
        if strings.length.isEmpty {
            builder.note(
                .schema(keyword: "minLength", path: path, reason: "is larger than `maxLength`"), for: rule)
            return nil
        }
        guard let form = strings.forms.first else { return notation.string(length: strings.length) }
        let pattern = strings.forms.dropFirst().reduce(form.pattern) { $0.intersection($1.pattern) }
        if let text = builder.texts[.init(pattern: pattern, length: strings.length)] { return notation.string(text) }
        // Formats are known to be small.
        for form in strings.forms where form.keyword == "pattern" || strings.forms.count > 1 {
            try expansion.matcher.count(form.pattern)
        }
        let text: Expression
        do {
            text = try builder.extend { (grammar) throws(ConstraintError) in
                try pattern.expression(
                    minLength: strings.length.min, maxLength: strings.length.max, in: &grammar,
                    writing: notation.character)
            }
        } catch .unsatisfiable {
            builder.note(
                .schema(keyword: form.keyword, path: form.path, reason: "no text obeys it and what else holds here"),
                for: rule)
            return nil
        } catch {
            throw .schema(keyword: form.keyword, path: form.path, reason: "\(error)")
        }
        builder.texts[.init(pattern: pattern, length: strings.length)] = text
        return notation.string(text)
    }

    private func number(
        _ numbers: NumberRequirements, isInteger: Bool, _ rule: Int, _ builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression? {
        if numbers.isNothing { return isInteger ? notation.anyInteger : notation.anyNumber }
        let divisor = try divisor(of: numbers, isInteger: isInteger)
        do {
            return try builder.extend { (grammar) throws(ConstraintError) in
                isInteger || divisor != nil
                    ? try numbers.range.integers(multipleOf: divisor, in: &grammar)
                    : try numbers.range.decimals(in: &grammar)
            }
        } catch .unsatisfiable {
            builder.note(
                .schema(
                    keyword: divisor == nil ? "minimum" : "multipleOf", path: path,
                    reason: "no number obeys it and what else holds here"), for: rule)
            return nil
        } catch {
            throw .schema(keyword: divisor == nil ? "minimum" : "multipleOf", path: path, reason: "\(error)")
        }
    }

    /// The number whose multiples are wanted; nil for any number.
    private func divisor(
        of numbers: NumberRequirements, isInteger: Bool
    ) throws(ConstraintError) -> JSONNumber? {
        guard let first = numbers.divisors.first else { return nil }
        if numbers.divisors.count == 1, isInteger || first.value.isWhole { return first.value }
        guard numbers.divisors.allSatisfy({ $0.value.isWhole }) else {
            throw .schema(
                keyword: "multipleOf", path: first.path,
                reason: isInteger ? "only whole numbers can be combined" : "only whole numbers are supported here")
        }
        var common = 1
        for divisor in numbers.divisors {
            guard let next = Int(exactly: divisor.value.doubleValue), next < 1 << 31,
                case let (product, isTooLarge) = common.multipliedReportingOverflow(by: next / gcd(common, next)),
                !isTooLarge
            else { throw .schema(keyword: "multipleOf", path: divisor.path, reason: "is too large to be combined") }
            common = product
        }
        return JSONNumber(common)
    }

    private func gcd(_ first: Int, _ second: Int) -> Int {
        var (first, second) = (first, second)
        while second != 0 { (first, second) = (second, first % second) }
        return first
    }
}
