extension Parser {
    /// An expression, or several with commas between them, which make a tuple.
    mutating func parseTuple(
        allowsConditional: Bool = true, isInParentheses: Bool = false, until end: String? = nil
    ) throws(SyntaxError) -> Expression {
        let start = place
        var elements: [Expression] = []
        var isTuple = false
        while !isEndOfTuple(end) {
            elements.append(try parseExpression(allowsConditional: allowsConditional))
            guard skip(.comma) else { break }
            isTuple = true
        }
        if !isTuple, let element = elements.first { return element }
        guard isTuple || isInParentheses else { throw unexpected("an expression") }
        return try make(.tuple(elements), start, elements)
    }

    private func isEndOfTuple(_ end: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == end
        default: false
        }
    }

    mutating func parseExpression(allowsConditional: Bool = true) throws(SyntaxError) -> Expression {
        try enter()
        defer { leave() }
        var expression = try parseOperation(.or)
        while allowsConditional, current.isName("if") {
            let start = place
            advance()
            let test = try parseOperation(.or)
            let otherwise = skip(name: "else") ? try parseExpression() : nil
            expression = try make(
                .conditional(test: test, then: expression, else: otherwise), start,
                [test, expression] + (otherwise.map { [$0] } ?? []))
        }
        return expression
    }

    // MARK: - Operators

    /// How tightly operators bind, loosest first.
    enum Precedence: Int {
        case or, and, not, comparison, sum, concatenation, product, power, unary

        var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .unary }
    }

    private enum Operator {
        case or, and
        case comparison(Comparison)
        case concatenation
        case arithmetic(Arithmetic)
    }

    private func currentOperator() -> (Operator, Precedence)? {
        switch current.kind {
        case .name("or"): (.or, .or)
        case .name("and"): (.and, .and)
        case .name("in"): (.comparison(.isIn), .comparison)
        case .name("not") where next.isName("in"): (.comparison(.isNotIn), .comparison)
        case .symbol(let symbol):
            switch symbol {
            case .equal: (.comparison(.equal), .comparison)
            case .notEqual: (.comparison(.notEqual), .comparison)
            case .less: (.comparison(.less), .comparison)
            case .lessOrEqual: (.comparison(.lessOrEqual), .comparison)
            case .greater: (.comparison(.greater), .comparison)
            case .greaterOrEqual: (.comparison(.greaterOrEqual), .comparison)
            case .add: (.arithmetic(.add), .sum)
            case .subtract: (.arithmetic(.subtract), .sum)
            case .tilde: (.concatenation, .concatenation)
            case .multiply: (.arithmetic(.multiply), .product)
            case .divide: (.arithmetic(.divide), .product)
            case .floorDivide: (.arithmetic(.floorDivide), .product)
            case .remainder: (.arithmetic(.remainder), .product)
            case .power: (.arithmetic(.power), .power)
            default: nil
            }
        default: nil
        }
    }

    /// Operators that bind at least as tightly as `loosest`. All of them group from the left.
    private mutating func parseOperation(_ loosest: Precedence) throws(SyntaxError) -> Expression {
        var left: Expression
        if loosest.rawValue <= Precedence.not.rawValue, current.isName("not") {
            let start = place
            advance()
            try enter()
            let operand = try parseOperation(.not)
            leave()
            left = try make(.not(operand), start, operand)
        } else {
            left = try parseUnary()
        }
        while let (operation, precedence) = currentOperator(), precedence.rawValue >= loosest.rawValue {
            left = try parseRight(of: left, operation, precedence)
        }
        return left
    }

    private mutating func parseRight(
        of left: Expression, _ operation: Operator, _ precedence: Precedence
    ) throws(SyntaxError) -> Expression {
        let start = place
        switch operation {
        case .comparison: return try parseComparisons(of: left)
        case .concatenation: return try parseConcatenation(of: left)
        case .or, .and, .arithmetic: break
        }
        advance()
        let right = try parseOperation(precedence.tighter)
        return switch operation {
        case .or: try make(.or(left, right), start, left, right)
        case .and: try make(.and(left, right), start, left, right)
        case .arithmetic(let arithmetic): try make(.arithmetic(arithmetic, left, right), start, left, right)
        case .comparison, .concatenation: left
        }
    }

    private mutating func parseComparisons(of left: Expression) throws(SyntaxError) -> Expression {
        let start = place
        var operands: [(Comparison, Expression)] = []
        while let (operation, _) = currentOperator(), case .comparison(let comparison) = operation {
            if comparison == .isNotIn { advance() }
            advance()
            operands.append((comparison, try parseOperation(.sum)))
        }
        return try make(.comparison(left, operands), start, [left] + operands.map(\.1))
    }

    private mutating func parseConcatenation(of left: Expression) throws(SyntaxError) -> Expression {
        let start = place
        var operands = [left]
        while skip(.tilde) { operands.append(try parseOperation(.product)) }
        return try make(.concatenation(operands), start, operands)
    }

    // MARK: - Operands

    private mutating func parseUnary(withFilters: Bool = true) throws(SyntaxError) -> Expression {
        let start = place
        var operand: Expression
        if current.isSymbol(.subtract) || current.isSymbol(.add) {
            let isNegative = current.isSymbol(.subtract)
            advance()
            try enter()
            let inner = try parseUnary(withFilters: false)
            leave()
            operand = try make(isNegative ? .negative(inner) : .positive(inner), start, inner)
        } else {
            operand = try parsePrimary()
        }
        operand = try parsePostfix(of: operand)
        return withFilters ? try parseFilters(of: operand) : operand
    }

    mutating func parsePrimary() throws(SyntaxError) -> Expression {
        switch current.kind {
        case .symbol(.leftParenthesis): return try parseParentheses()
        case .symbol(.leftBracket): return try parseList()
        case .symbol(.leftBrace): return try parseMapping()
        default: return try parseNameOrLiteral()
        }
    }

    private mutating func parseParentheses() throws(SyntaxError) -> Expression {
        advance()
        let tuple = try parseTuple(isInParentheses: true)
        try expect(.rightParenthesis)
        return tuple
    }

    private mutating func parseNameOrLiteral() throws(SyntaxError) -> Expression {
        let start = place
        let kind: Expression.Kind
        switch current.kind {
        case .name("true"), .name("True"): kind = .literal(.bool(true))
        case .name("false"), .name("False"): kind = .literal(.bool(false))
        case .name("none"), .name("None"): kind = .literal(.none)
        case .name(let name): kind = .name(recorder.load(name))
        case .string: return try parseStrings()
        case .integer(let value): kind = .literal(.integer(value))
        case .largeInteger(let digits): kind = .literal(.largeInteger(digits))
        case .float(let value): kind = .literal(.float(value))
        default: throw unexpected("an expression")
        }
        advance()
        return try make(kind, start)
    }

    /// Strings that follow one another are one.
    private mutating func parseStrings() throws(SyntaxError) -> Expression {
        let start = place
        var joined: [UInt8] = []
        while case .string(let text) = current.kind {
            joined += text.bytes
            advance()
        }
        return try make(.literal(.text(Text(joined, .template))), start)
    }

    private mutating func parseList() throws(SyntaxError) -> Expression {
        let start = place
        advance()
        var elements: [Expression] = []
        while !skip(.rightBracket) {
            elements.append(try parseExpression())
            if !current.isSymbol(.rightBracket) { try expect(.comma) }
        }
        return try make(.list(elements), start, elements)
    }

    private mutating func parseMapping() throws(SyntaxError) -> Expression {
        let start = place
        advance()
        var members: [(key: Expression, value: Expression)] = []
        while !skip(.rightBrace) {
            let key = try parseExpression()
            try expect(.colon)
            members.append((key, try parseExpression()))
            if !current.isSymbol(.rightBrace) { try expect(.comma) }
        }
        return try make(.mapping(members), start, members.flatMap { [$0.key, $0.value] })
    }
}
