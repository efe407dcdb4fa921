/// Makes a tree of tokens, after Jinja's grammar.
struct Parser {
    private let tokens: [Token]
    private var at = 0
    var recorder = ScopeRecorder()
    var names = NameTables()
    /// Blocks and expressions that are open.
    private var nesting = 0
    private let stack: StackGuard
    let maximumNesting: Int
    /// Loops around what is being parsed, within the same macro.
    var openLoops = 0

    init(_ tokens: [Token], maximumNesting: Int, stack: StackGuard) {
        self.tokens = tokens
        self.maximumNesting = maximumNesting
        self.stack = stack
    }

    /// The whole template: its statements and the scope that they lie in.
    mutating func parseTemplate() throws(SyntaxError) -> [Statement] {
        _ = recorder.beginScope(isFunction: true)
        let body = try parseBody(until: [], opening: place)
        recorder.endScope()
        return body
    }

    // MARK: - Tokens

    var current: Token { tokens[at] }
    var next: Token { tokens[min(at + 1, tokens.count - 1)] }
    var place: Place { current.place }

    mutating func advance() { at = min(at + 1, tokens.count - 1) }

    mutating func skip(_ symbol: Symbol) -> Bool {
        guard current.isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard current.isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Symbol) throws(SyntaxError) {
        guard skip(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
    }

    mutating func expect(name: String) throws(SyntaxError) {
        guard skip(name: name) else { throw unexpected("'\(name)'") }
    }

    mutating func expectName() throws(SyntaxError) -> String {
        guard case .name(let name) = current.kind else { throw unexpected("a name") }
        advance()
        return name
    }

    mutating func expectEndOfTag() throws(SyntaxError) {
        guard current.kind == .blockEnd else { throw unexpected("'%}'") }
        advance()
    }

    func unexpected(_ expected: String) -> SyntaxError {
        SyntaxError("unexpected \(current.description); expected \(expected)", place)
    }

    // MARK: - Nesting

    mutating func enter() throws(SyntaxError) {
        guard stack.isSufficient else { throw SyntaxError(.stackExhausted, place) }
        guard nesting < maximumNesting else { throw SyntaxError(.nestedTooDeeply(limit: maximumNesting), place) }
        nesting += 1
    }

    mutating func leave() { nesting -= 1 }

    func make(_ kind: Expression.Kind, _ place: Place, _ children: Expression...) throws(SyntaxError) -> Expression {
        try make(kind, place, children)
    }

    func make(_ kind: Expression.Kind, _ place: Place, _ children: [Expression]) throws(SyntaxError) -> Expression {
        let depth = children.reduce(0) { max($0, $1.depth) } + 1
        guard depth <= maximumNesting else { throw SyntaxError(.nestedTooDeeply(limit: maximumNesting), place) }
        return Expression(kind: kind, place: place, depth: depth)
    }

    // MARK: - Bodies

    /// Statements up to a tag whose name is one of `ends`, which then is the current token.
    /// - Parameter opening: the tag before, for an error if there is no such end.
    mutating func parseBody(until ends: [String], opening: Place) throws(SyntaxError) -> [Statement] {
        try enter()
        defer { leave() }
        var body: [Statement] = []
        while true {
            switch current.kind {
            case .data(let text):
                advance()
                body.append(.text(text))
            case .variableBegin:
                advance()
                body.append(.print(try parseTuple()))
                guard current.kind == .variableEnd else { throw unexpected("'}}'") }
                advance()
            case .blockBegin:
                advance()
                if case .name(let name) = current.kind, ends.contains(name) { return body }
                if let statement = try parseStatement() { body.append(statement) }
                try expectEndOfTag()
            case .end:
                guard ends.isEmpty else {
                    let names = ends.map { "'\($0)'" }.joined(separator: " or ")
                    throw SyntaxError("the block that begins here is not closed by \(names)", opening)
                }
                return body
            default:
                throw unexpected("text or a tag")
            }
        }
    }

    /// Ends the opening tag, and reads what follows up to the closing one, of which the name is read too.
    mutating func parseBlock(until end: String) throws(SyntaxError) -> [Statement] {
        let body = try parseOpenBlock(until: [end])
        advance()
        return body
    }

    mutating func parseOpenBlock(until ends: [String]) throws(SyntaxError) -> [Statement] {
        _ = skip(.colon)
        let opening = place
        try expectEndOfTag()
        return try parseBody(until: ends, opening: opening)
    }
}
