extension Parser {
    /// The tag whose name is the current token. Nil if it does nothing.
    mutating func parseStatement() throws(SyntaxError) -> Statement? {
        let start = place
        guard case .name(let name) = current.kind else { throw unexpected("the name of a tag") }
        advance()
        switch name {
        case "if": return try parseConditional()
        case "for": return try parseLoop(start)
        case "set": return try parseSet()
        case "macro": return try parseMacro(start)
        case "call": return try parseCallBlock(start)
        case "filter": return try parseFilterBlock(start)
        case "with": return try parseWith()
        case "print": return try parsePrint(start)
        case "block": return try parseNamedBlock()
        case "generation": return try parseScope(until: "endgeneration", isFunction: true)
        case "autoescape":
            _ = try parseExpression()
            return try parseScope(until: "endautoescape", isFunction: false)
        case "break", "continue":
            guard openLoops > 0 else { throw SyntaxError("'\(name)' outside of a loop", start) }
            return name == "break" ? .breakLoop : .continueLoop
        case "include", "import", "from", "extends":
            while current.kind != .blockEnd, current.kind != .end { advance() }
            return .unsupported(name, start)
        default: throw SyntaxError(.unknownTag(name), start)
        }
    }

    // MARK: - Conditions and loops

    private mutating func parseConditional() throws(SyntaxError) -> Statement {
        var branches: [(test: Expression, body: [Statement])] = []
        var otherwise: [Statement] = []
        repeat {
            let test = try parseTuple(allowsConditional: false)
            if branches.isEmpty { recorder.beginCondition() }
            branches.append((test, try parseOpenBlock(until: ["elif", "else", "endif"])))
        } while skip(name: "elif")
        if skip(name: "else") { otherwise = try parseOpenBlock(until: ["endif"]) }
        advance()
        recorder.endCondition()
        return .conditional(branches, otherwise: otherwise)
    }

    private mutating func parseLoop(_ start: Place) throws(SyntaxError) -> Statement {
        let target = try parseTarget(until: "in")
        try expect(name: "in")
        let sequence = try parseTuple(allowsConditional: false, until: "recursive")
        var filter: (target: Target, test: Expression, scope: Int)?
        if skip(name: "if") {
            let scope = recorder.beginScope(isFunction: false)
            let tested = declare(target)
            filter = (tested, try parseExpression(), scope)
            recorder.endScope()
        }
        let isRecursive = skip(name: "recursive")
        if isRecursive, let filter { recorder.makeFunction(filter.scope) }

        let scope = recorder.beginScope(isFunction: isRecursive)
        let loopName = recorder.parameter("loop")
        let declared = declare(target)
        guard !target.names.contains("loop") else { throw SyntaxError("'loop' cannot be assigned to", start) }
        openLoops += 1
        let body = try parseOpenBlock(until: ["endfor", "else"])
        openLoops -= 1
        recorder.endScope()

        var otherwise: (body: [Statement], scope: Int)?
        if skip(name: "else") {
            let scope = recorder.beginScope(isFunction: isRecursive)
            otherwise = (try parseOpenBlock(until: ["endfor"]), scope)
            recorder.endScope()
        }
        advance()
        let usesLoop = isRecursive || recorder.reads("loop", in: scope)
        return .loop(
            Loop(
                target: declared, sequence: sequence, filter: filter, isRecursive: isRecursive,
                loopName: usesLoop ? loopName : nil, body: body, scope: scope, otherwise: otherwise, place: start))
    }

    // MARK: - Assignments

    private mutating func parseSet() throws(SyntaxError) -> Statement {
        let start = place
        let target = try parseTarget(allowsMembers: true)
        if openLoops > 0, target.names.contains("loop") { throw SyntaxError("'loop' cannot be assigned to", start) }
        if skip(.assign) {
            let value = try parseTuple()
            return .assignment(store(target), value)
        }
        // Names of the block are its own, but the target is outside.
        let stored = store(target)
        let scope = recorder.beginScope(isFunction: false)
        var filter = try make(.blockText, place)
        let isFiltered = current.isSymbol(.pipe)
        while skip(.pipe) { filter = try parseFilter(of: filter) }
        let body = try parseBlock(until: "endset")
        recorder.endScope()
        return .assignmentBlock(stored, filter: isFiltered ? filter : nil, body: body, scope: scope)
    }

    private mutating func parseWith() throws(SyntaxError) -> Statement {
        var values: [(TargetSyntax, Expression)] = []
        while current.kind != .blockEnd, !current.isSymbol(.colon) {
            if !values.isEmpty { try expect(.comma) }
            let target = try parseTarget()
            try expect(.assign)
            values.append((target, try parseExpression()))
        }
        let scope = recorder.beginScope(isFunction: false)
        let assignments = values.map { (target: declare($0), value: $1) }
        let body = try parseBlock(until: "endwith")
        recorder.endScope()
        return .with(assignments, body: body, scope: scope)
    }

    // MARK: - Macros

    private mutating func parseMacro(_ start: Place) throws(SyntaxError) -> Statement {
        let name = try expectName()
        let stored = recorder.store(name)
        let scope = recorder.beginScope(isFunction: true)
        let parameters = try parseParameters()
        let macro = try parseMacroBody(name, parameters, scope, until: "endmacro", start)
        return .macro(macro, name: stored)
    }

    private mutating func parseCallBlock(_ start: Place) throws(SyntaxError) -> Statement {
        let scope = recorder.beginScope(isFunction: true)
        let parameters = current.isSymbol(.leftParenthesis) ? try parseParameters() : []
        recorder.endScope()
        let call = try parseExpression()
        guard case .call = call.kind else { throw SyntaxError("expected a call", call.place) }
        recorder.resumeScope(scope)
        let macro = try parseMacroBody(nil, parameters, scope, until: "endcall", start)
        return .callBlock(macro, call: call)
    }

    private mutating func parseParameters() throws(SyntaxError) -> [MacroDefinition.Parameter] {
        try expect(.leftParenthesis)
        var parameters: [MacroDefinition.Parameter] = []
        while !skip(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let start = place
            let name = try expectName()
            guard !parameters.contains(where: { $0.name == Text(name) }) else {
                throw SyntaxError("the parameter \(name) appears twice", start)
            }
            let variable = recorder.parameter(name)
            let standard = skip(.assign) ? try parseExpression() : nil
            if standard == nil, parameters.last?.standard != nil {
                throw SyntaxError("a parameter without a default follows one that has it", start)
            }
            parameters.append(MacroDefinition.Parameter(name: Text(name), variable: variable, standard: standard))
        }
        return parameters
    }

    /// Ends the scope of the macro.
    private mutating func parseMacroBody(
        _ name: String?, _ parameters: [MacroDefinition.Parameter], _ scope: Int, until end: String, _ start: Place
    ) throws(SyntaxError) -> MacroDefinition {
        let outerLoops = openLoops
        openLoops = 0
        let body = try parseBlock(until: end)
        openLoops = outerLoops
        if let caller = parameters.first(where: { $0.name == "caller" }), caller.standard == nil,
            recorder.reads("caller", in: scope)
        {
            throw SyntaxError("a parameter 'caller' needs a default", start)
        }
        let definition = MacroDefinition(
            name: name, parameters: parameters, caller: declareSpecial("caller", scope, parameters),
            varargs: declareSpecial("varargs", scope, parameters), kwargs: declareSpecial("kwargs", scope, parameters),
            body: body, scope: scope, place: start)
        recorder.endScope()
        return definition
    }

    /// A variable of the macro for a special name, if the macro reads it.
    private mutating func declareSpecial(
        _ name: String, _ scope: Int, _ parameters: [MacroDefinition.Parameter]
    ) -> Int? {
        let isRead = recorder.reads(name, in: scope)
        let isParameter = parameters.contains { $0.name == Text(name) }
        return isRead && !isParameter ? recorder.parameter(name) : nil
    }

    // MARK: - Other blocks

    private mutating func parseFilterBlock(_ start: Place) throws(SyntaxError) -> Statement {
        let scope = recorder.beginScope(isFunction: false)
        var filter = try parseFilter(of: try make(.blockText, start))
        while skip(.pipe) { filter = try parseFilter(of: filter) }
        let body = try parseBlock(until: "endfilter")
        recorder.endScope()
        return .filterBlock(filter, body: body, scope: scope)
    }

    private mutating func parsePrint(_ start: Place) throws(SyntaxError) -> Statement? {
        var parts: [Expression] = []
        while current.kind != .blockEnd {
            if !parts.isEmpty { try expect(.comma) }
            parts.append(try parseExpression())
        }
        return parts.isEmpty ? nil : .print(try make(.concatenation(parts), start, parts))
    }

    private mutating func parseNamedBlock() throws(SyntaxError) -> Statement {
        let name = try expectName()
        let isScoped = skip(name: "scoped")
        _ = skip(name: "required")
        let scope = recorder.beginScope(isFunction: true, seesParent: isScoped)
        let outerLoops = openLoops
        openLoops = 0
        let body = try parseBlock(until: "endblock")
        openLoops = outerLoops
        recorder.endScope()
        _ = skip(name: name)
        return .scope(body: body, scope: scope)
    }

    private mutating func parseScope(until end: String, isFunction: Bool) throws(SyntaxError) -> Statement {
        let scope = recorder.beginScope(isFunction: isFunction)
        let outerLoops = openLoops
        if isFunction { openLoops = 0 }
        let body = try parseBlock(until: end)
        openLoops = outerLoops
        recorder.endScope()
        return .scope(body: body, scope: scope)
    }
}
