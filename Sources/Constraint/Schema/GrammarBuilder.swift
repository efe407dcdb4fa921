/// Schemas that a value must obey together.
struct Goal: Hashable {
    /// In rising order, each once.
    let schemas: [Int]

    init(_ schemas: [Int]) { self.schemas = schemas.count < 2 ? schemas : Array(Set(schemas)).sorted() }
}

/// Collects the rules of a grammar, within limits, and the goals that still need rules.
struct GrammarBuilder {
    /// Expressions and literal characters of a whole grammar.
    static let maximumSymbols = 100_000

    /// Texts that match a pattern.
    struct Text: Hashable {
        let pattern: Pattern
        let length: CountRange
    }

    private(set) var grammar = Grammar(rules: [], root: 0)
    /// Goals that have a rule which is not defined yet.
    private(set) var openGoals: [Goal] = []
    /// Why a rule has no text.
    private(set) var contradictions: [Int: ConstraintError] = [:]
    /// What describes them. A pattern that is met again gets no rules of its own.
    var texts: [Text: Expression] = [:]
    private var rules: [Goal: Int] = [:]
    private var symbols = 0

    mutating func reserve(_ name: String) throws(ConstraintError) -> Int {
        try count(1)
        grammar.rules.append(Grammar.Rule(name: name, expression: .never))
        return grammar.rules.count - 1
    }

    mutating func define(_ rule: Int, _ expression: Expression) throws(ConstraintError) {
        try count(expression.symbolCount)
        grammar.rules[rule].expression = expression
    }

    /// - Returns: a call of the new rule.
    mutating func add(_ name: String, _ expression: Expression) throws(ConstraintError) -> Expression {
        let rule = try reserve(name)
        try define(rule, expression)
        return .rule(rule)
    }

    /// Lets `body` add rules to the grammar, and counts them.
    mutating func extend(
        _ body: (inout Grammar) throws(ConstraintError) -> Expression
    ) throws(ConstraintError) -> Expression {
        let first = grammar.rules.count
        let expression = try body(&grammar)
        for rule in grammar.rules[first...] { try count(rule.expression.symbolCount + 1) }
        return expression
    }

    private mutating func count(_ more: Int) throws(ConstraintError) {
        symbols += more
        guard symbols <= Self.maximumSymbols else { throw .tooLarge(what: "symbols", limit: Self.maximumSymbols) }
    }

    // MARK: - Goals

    /// - Returns: the rule of a goal; a new one is empty, and the goal open, until it is defined.
    mutating func rule(for goal: Goal, named name: @autoclosure () -> String) throws(ConstraintError) -> Int {
        if let rule = rules[goal] { return rule }
        let rule = try reserve(name())
        rules[goal] = rule
        openGoals.append(goal)
        return rule
    }

    mutating func nextOpenGoal() -> (goal: Goal, rule: Int)? {
        guard let goal = openGoals.popLast(), let rule = rules[goal] else { return nil }
        return (goal, rule)
    }

    /// Remembers why a rule has no text, in case that the whole grammar has none for that.
    mutating func note(_ contradiction: ConstraintError, for rule: Int) {
        if contradictions[rule] == nil { contradictions[rule] = contradiction }
    }
}

extension Expression {
    /// The expression's parts, itself included, and its literal bytes.
    fileprivate var symbolCount: Int {
        switch self {
        case .bytes(let bytes): 1 + bytes.count / 8
        case .characters, .token, .rule: 1
        case .sequence(let parts), .choice(let parts): parts.reduce(1) { $0 + $1.symbolCount }
        case .repetition(let part, _, _): 1 + part.symbolCount
        }
    }
}
