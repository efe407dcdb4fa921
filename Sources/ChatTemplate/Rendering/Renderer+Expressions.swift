extension Renderer {
    func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
        try charge()
        switch expression.kind {
        case .literal(let literal): return value(of: literal)
        case .name(let occurrence): return read(program.scopes.references[occurrence])
        case .blockText: return .text(blockText)
        default:
            try descend()
            defer { ascend() }
            return try evaluateNode(expression)
        }
    }

    /// What has nodes within it. Each kind has a function of its own, so that the stack holds only what it needs.
    private func evaluateNode(_ expression: Expression) throws(TemplateError) -> Value {
        let place = expression.place
        switch expression.kind {
        case .literal, .name, .blockText: return .none
        case .list(let elements): return try makeList(evaluate(elements))
        case .tuple(let elements): return try makeTuple(evaluate(elements))
        case .mapping(let members): return try mapping(of: members, place)
        case .negative(let operand): return try sign(operand, isNegative: true, place)
        case .positive(let operand): return try sign(operand, isNegative: false, place)
        case .arithmetic(let operation, let left, let right): return try arithmetic(operation, left, right, place)
        case .concatenation(let operands): return try concatenation(of: operands, place)
        case .comparison(let first, let operands): return try comparison(first, operands, place)
        case .not(let operand): return .bool(try !evaluate(operand).isTrue)
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTrue ? value : try evaluate(right)
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test).isTrue { return try evaluate(then) }
            guard let otherwise else { return .undefined(Undefined(.noElse)) }
            return try evaluate(otherwise)
        case .member(let operand, let name):
            let value = try evaluate(operand)
            self.place = place
            return try member(name, of: value)
        case .element(let operand, let key): return try element(operand, key, place)
        case .slice(let operand, let start, let stop, let step): return try slice(operand, start, stop, step, place)
        case .call(let callee, let arguments): return try call(callee, arguments, place)
        case .filter(let operand, let use, let arguments): return try filter(operand, use, arguments, place)
        case .test(let operand, let use, let arguments): return try test(operand, use, arguments, place)
        }
    }

    private func evaluate(_ expressions: [Expression]) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression)) }
        return values
    }

    private func mapping(
        of members: [(key: Expression, value: Expression)], _ place: Place
    ) throws(TemplateError) -> Value {
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

    private func sign(_ operand: Expression, isNegative: Bool, _ place: Place) throws(TemplateError) -> Value {
        let value = try evaluate(operand)
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

    private func arithmetic(
        _ operation: Arithmetic, _ left: Expression, _ right: Expression, _ place: Place
    ) throws(TemplateError) -> Value {
        let left = try evaluate(left)
        let right = try evaluate(right)
        self.place = place
        return try apply(operation, left, right)
    }

    private func concatenation(of operands: [Expression], _ place: Place) throws(TemplateError) -> Value {
        var builder = TextBuilder()
        for operand in operands {
            let value = try evaluate(operand)
            self.place = place
            try append(text(of: value), to: &builder)
        }
        return .text(builder.text)
    }

    private func comparison(
        _ first: Expression, _ operands: [(Comparison, Expression)], _ place: Place
    ) throws(TemplateError) -> Value {
        var left = try evaluate(first)
        for (comparison, operand) in operands {
            let right = try evaluate(operand)
            self.place = place
            guard try compare(comparison, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private func element(_ operand: Expression, _ key: Expression, _ place: Place) throws(TemplateError) -> Value {
        let value = try evaluate(operand)
        let key = try evaluate(key)
        self.place = place
        return try element(key, of: value)
    }

    private func slice(
        _ operand: Expression, _ start: Expression?, _ stop: Expression?, _ step: Expression?, _ place: Place
    ) throws(TemplateError) -> Value {
        let value = try evaluate(operand)
        let start = try start.map { start throws(TemplateError) in try evaluate(start) } ?? .none
        let stop = try stop.map { stop throws(TemplateError) in try evaluate(stop) } ?? .none
        let step = try step.map { step throws(TemplateError) in try evaluate(step) } ?? .none
        self.place = place
        return try slice(of: value, from: start, to: stop, step: step)
    }

    private func filter(
        _ operand: Expression, _ use: FilterUse, _ list: ArgumentList, _ place: Place
    ) throws(TemplateError) -> Value {
        let value = try evaluate(operand)
        let arguments = try evaluate(list)
        self.place = place
        guard let filter = use.filter else { throw error(.unknownFilter(use.name)) }
        return try filter.apply(self, value, arguments)
    }

    private func test(
        _ operand: Expression, _ use: TestUse, _ list: ArgumentList, _ place: Place
    ) throws(TemplateError) -> Value {
        let value = try evaluate(operand)
        let arguments = try evaluate(list)
        self.place = place
        guard let test = use.test else { throw error(.unknownTest(use.name)) }
        return .bool(try test.passes(self, value, arguments))
    }
}
