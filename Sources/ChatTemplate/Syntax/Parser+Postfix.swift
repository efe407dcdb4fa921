extension Parser {
    /// Members, elements and calls.
    mutating func parsePostfix(of operand: Expression) throws(SyntaxError) -> Expression {
        var operand = operand
        while true {
            switch current.kind {
            case .symbol(.dot): operand = try parseMember(of: operand)
            case .symbol(.leftBracket): operand = try parseElement(of: operand)
            case .symbol(.leftParenthesis): operand = try parseCall(of: operand)
            default: return operand
            }
        }
    }

    /// Filters and tests, and calls of what they give.
    mutating func parseFilters(of operand: Expression) throws(SyntaxError) -> Expression {
        var operand = operand
        while true {
            switch current.kind {
            case .symbol(.pipe):
                advance()
                operand = try parseFilter(of: operand)
            case .name("is"): operand = try parseTest(of: operand)
            case .symbol(.leftParenthesis): operand = try parseCall(of: operand)
            default: return operand
            }
        }
    }

    private mutating func parseMember(of operand: Expression) throws(SyntaxError) -> Expression {
        advance()
        let start = place
        switch current.kind {
        case .name(let name):
            advance()
            return try make(.member(operand, names.place(ofMember: name)), start, operand)
        case .integer(let number):
            advance()
            return try make(.element(operand, try make(.literal(.integer(number)), start)), start, operand)
        default: throw unexpected("a name or a number")
        }
    }

    private mutating func parseElement(of operand: Expression) throws(SyntaxError) -> Expression {
        let start = place
        advance()
        var keys: [Expression] = []
        while !skip(.rightBracket) {
            if !keys.isEmpty {
                try expect(.comma)
                if skip(.rightBracket) { break }
            }
            let key = current.isSymbol(.colon) ? nil : try parseExpression()
            if current.isSymbol(.colon) {
                guard keys.isEmpty else { throw unexpected("']'") }
                return try parseSlice(of: operand, from: key, start)
            }
            if let key { keys.append(key) }
        }
        let key = keys.count == 1 ? keys[0] : try make(.tuple(keys), start, keys)
        return try make(.element(operand, key), start, operand, key)
    }

    private mutating func parseSlice(
        of operand: Expression, from first: Expression?, _ start: Place
    ) throws(SyntaxError) -> Expression {
        try expect(.colon)
        let stop = try parseBound()
        let step = skip(.colon) ? try parseBound() : nil
        try expect(.rightBracket)
        let children = [operand] + [first, stop, step].compactMap(\.self)
        return try make(.slice(operand, start: first, stop: stop, step: step), start, children)
    }

    private mutating func parseBound() throws(SyntaxError) -> Expression? {
        current.isSymbol(.rightBracket) || current.isSymbol(.colon) ? nil : try parseExpression()
    }

    mutating func parseCall(of operand: Expression) throws(SyntaxError) -> Expression {
        let start = place
        let arguments = try parseArguments()
        return try make(.call(operand, arguments), start, [operand] + arguments.expressions)
    }

    mutating func parseArguments() throws(SyntaxError) -> ArgumentList {
        try expect(.leftParenthesis)
        var list = ArgumentList()
        while !skip(.rightParenthesis) {
            let start = place
            var isInOrder = list.namedSpread == nil
            if skip(.multiply) {
                isInOrder = isInOrder && list.spread == nil
                list.spread = try parseExpression()
            } else if skip(.power) {
                list.namedSpread = try parseExpression()
            } else if case .name(let name) = current.kind, next.isSymbol(.assign) {
                advance()
                advance()
                guard !list.named.contains(where: { $0.name == Text(name) }) else {
                    throw SyntaxError("the argument \(name) appears twice", start)
                }
                list.named.append((Text(name), try parseExpression()))
            } else {
                isInOrder = isInOrder && list.spread == nil && list.named.isEmpty
                list.positional.append(try parseExpression())
            }
            guard isInOrder else { throw SyntaxError("arguments are out of order", start) }
            if !current.isSymbol(.rightParenthesis) { try expect(.comma) }
        }
        return list
    }

    /// One filter, whose name is the current token.
    mutating func parseFilter(of operand: Expression) throws(SyntaxError) -> Expression {
        let start = place
        let name = try parseDottedName()
        let arguments = current.isSymbol(.leftParenthesis) ? try parseArguments() : .none
        return try make(
            .filter(operand, names.place(ofFilter: name), arguments), start, [operand] + arguments.expressions)
    }

    private mutating func parseTest(of operand: Expression) throws(SyntaxError) -> Expression {
        advance()
        let isNegated = skip(name: "not")
        let start = place
        let name = try parseDottedName()
        var arguments = ArgumentList.none
        if current.isSymbol(.leftParenthesis) {
            arguments = try parseArguments()
        } else if try isArgumentOfTest() {
            arguments.positional = [try parsePostfix(of: try parsePrimary())]
        }
        let test = try make(
            .test(operand, names.place(ofTest: name), arguments), start, [operand] + arguments.expressions)
        return isNegated ? try make(.not(test), start, test) : test
    }

    /// `x is divisibleby 3` needs no parentheses.
    private func isArgumentOfTest() throws(SyntaxError) -> Bool {
        switch current.kind {
        case .name("else"), .name("or"), .name("and"): return false
        case .name("is"): throw SyntaxError("tests cannot be chained with 'is'", place)
        case .name, .string, .integer, .largeInteger, .float, .symbol(.leftBracket), .symbol(.leftBrace): return true
        default: return false
        }
    }

    private mutating func parseDottedName() throws(SyntaxError) -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }
}
