extension Renderer {
    func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
        try charge()
        switch expression.kind {
        case .literal(let literal): return value(of: literal)
        case .name(let occurrence): return read(program.scopes.references[occurrence])
        case .blockText: return .text(blockText)
        default: return try evaluateNode(expression)
        }
    }

    /// What has nodes within it. Each kind has a function of its own that takes the node apart: in one function, the
    /// parts of all kinds would have their places on the stack, at each level.
    private func evaluateNode(_ expression: Expression) throws(TemplateError) -> Value {
        guard stack.isSufficient else {
            return try onDeepStack { () throws(TemplateError) in try evaluateNode(expression) }
        }
        switch expression.kind {
        case .literal, .name, .blockText: return .none
        case .list, .tuple, .mapping: return try container(expression)
        case .negative, .positive: return try sign(expression)
        case .arithmetic: return try arithmetic(expression)
        case .concatenation: return try concatenation(expression)
        case .comparison: return try comparison(expression)
        case .not, .and, .or: return try logic(expression)
        case .conditional: return try conditional(expression)
        case .member: return try member(expression)
        case .element: return try element(expression)
        case .slice: return try slice(expression)
        case .call: return try call(expression)
        case .filter: return try filter(expression)
        case .test: return try test(expression)
        }
    }

    private func evaluate(_ expressions: [Expression]) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func container(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .list(let elements): return try makeList(evaluate(elements))
        case .tuple(let elements): return try makeTuple(evaluate(elements))
        case .mapping(let members): return try mapping(of: members, expression.place)
        default: return .none
        }
    }

    private func mapping(
        of members: [(key: Expression, value: Expression)], _ place: Place
    ) throws(TemplateError) -> Value {
        try claim(2 * Footprint.object + members.count * Footprint.member)
        let mapping = Mapping()
        for member in members {
            let key = try evaluate(member.key)
            let value = try evaluate(member.value)
            self.place = place
            try checkKey(key)
            mapping[key] = value
        }
        return try checked(.mapping(mapping))
    }

    private func sign(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .negative(let operand): return try sign(evaluate(operand), isNegative: true, expression.place)
        case .positive(let operand): return try sign(evaluate(operand), isNegative: false, expression.place)
        default: return .none
        }
    }

    private func sign(_ value: Value, isNegative: Bool, _ place: Place) throws(TemplateError) -> Value {
        self.place = place
        switch value.number {
        case .integer(let integer):
            guard isNegative else { return .integer(integer) }
            let (negative, overflow) = 0.subtractingReportingOverflow(integer)
            guard !overflow else { throw error(.integerOverflow) }
            return .integer(negative)
        case .float(let float): return .float(isNegative ? -float : float)
        case nil:
            if case .largeInteger(let large) = value {
                guard isNegative else { return value }
                let digits = large.isNegative ? String(large.digits.dropFirst()) : "-" + large.digits
                return Int(digits).map { .integer($0) } ?? .largeInteger(LargeInteger(digits))
            }
            throw try typeError(value, "\(value.typeName) has no sign")
        }
    }

    private func arithmetic(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .arithmetic(let operation, let left, let right) = expression.kind else { return .none }
        let first = try evaluate(left)
        let second = try evaluate(right)
        place = expression.place
        return try apply(operation, first, second)
    }

    private func logic(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .not(let operand): return .bool(try !evaluate(operand).isTrue)
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        default: return .none
        }
    }

    private func conditional(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .conditional(let test, let then, let otherwise) = expression.kind else { return .none }
        if try evaluate(test).isTrue { return try evaluate(then) }
        guard let otherwise else { return .undefined(Undefined(.noElse)) }
        return try evaluate(otherwise)
    }

    private func member(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .member(let operand, let name) = expression.kind else { return .none }
        let value = try evaluate(operand)
        place = expression.place
        return try member(program.members[name], of: value)
    }

    private func concatenation(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .concatenation(let operands) = expression.kind else { return .none }
        try claim(Footprint.object)
        var builder = TextBuilder()
        for operand in operands {
            let value = try evaluate(operand)
            place = expression.place
            try append(text(of: value), to: &builder)
        }
        return .text(builder.text)
    }

    private func comparison(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .comparison(let first, let operands) = expression.kind else { return .none }
        var left = try evaluate(first)
        for (comparison, operand) in operands {
            let right = try evaluate(operand)
            place = expression.place
            guard try compare(comparison, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private func element(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .element(let operand, let key) = expression.kind else { return .none }
        let value = try evaluate(operand)
        let wanted = try evaluate(key)
        place = expression.place
        return try element(wanted, of: value)
    }

    private func slice(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .slice(let operand, let start, let stop, let step) = expression.kind else { return .none }
        let value = try evaluate(operand)
        let first = try evaluate(bound: start)
        let last = try evaluate(bound: stop)
        let stride = try evaluate(bound: step)
        place = expression.place
        return try slice(of: value, from: first, to: last, step: stride)
    }

    private func evaluate(bound: Expression?) throws(TemplateError) -> Value {
        guard let bound else { return .none }
        return try evaluate(bound)
    }

    private func filter(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .filter(let operand, let number, let list) = expression.kind else { return .none }
        let value = try evaluate(operand)
        let arguments = try evaluate(list)
        place = expression.place
        try claim(Footprint.object)
        let use = program.filters[number]
        guard let filter = use.filter else { throw error(.unknownFilter(use.name)) }
        return try filter.apply(self, value, arguments)
    }

    private func test(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .test(let operand, let number, let list) = expression.kind else { return .none }
        let value = try evaluate(operand)
        let arguments = try evaluate(list)
        place = expression.place
        let use = program.tests[number]
        guard let test = use.test else { throw error(.unknownTest(use.name)) }
        return .bool(try test.passes(self, value, arguments))
    }
}
