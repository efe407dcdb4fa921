import JSON

/// Makes rules of schemas, one for each combination of schemas that hold for a value, so that recursion is a rule that
/// calls itself and a grammar grows with its schema, not with what that describes.
struct SchemaCompiler {
    private var notation: any Notation
    private var expansion = SchemaExpansion()
    private(set) var builder: GrammarBuilder

    /// - Parameters:
    ///   - notation: how values are written.
    ///   - builder: what the notation has put its rules into.
    init(notation: any Notation, builder: GrammarBuilder) { (self.notation, self.builder) = (notation, builder) }

    /// Compiles a schema.
    ///
    /// - Parameters:
    ///   - restriction: a schema that holds besides.
    ///   - notation: if another one is to be used, which shares its rules with the first one.
    /// - Returns: the rule of its values. To be checked by `ruleWithoutText(among:)` when everything is compiled.
    mutating func compile(
        _ schema: JSONValue, restrictedBy restriction: JSONValue? = nil, in notation: (any Notation)? = nil
    ) throws(ConstraintError) -> Int {
        if let notation { self.notation = notation }
        var schemas = [try expansion.document.addRoot(schema)]
        if let restriction { schemas.append(try expansion.document.addRoot(restriction)) }
        let root = try builder.rule(for: Goal(schemas), named: "#")
        while let (goal, rule) = builder.nextOpenGoal() { try define(rule, as: goal) }
        return root
    }

    private mutating func define(_ rule: Int, as goal: Goal) throws(ConstraintError) {
        if goal.schemas.count == 1, let alternatives = try expansion.plainAlternatives(of: goal.schemas[0]) {
            var calls: [Expression] = []
            for schema in alternatives {
                let name = expansion.document.places[schema].path
                calls.append(.rule(try builder.rule(for: Goal([schema]), named: name)))
            }
            return try builder.define(rule, .choice(calls))
        }
        let writer = ValueWriter(notation: notation, path: expansion.document.name(of: goal, otherwise: "#"))
        let ways = try expansion.alternatives(of: goal.schemas)
        var alternatives: [Expression] = []
        for requirements in ways {
            let expression = try writer.expression(
                of: requirements, for: rule, expansion: &expansion, builder: &builder)
            if let expression { alternatives.append(expression) }
        }
        // Alternatives may exclude each other, and `false` is meant. Anything else that nothing obeys is a mistake.
        if alternatives.isEmpty, ways.count == 1, goal.schemas.count == 1, let error = builder.contradictions[rule],
            try !expansion.keywords(of: goal.schemas[0]).isNever
        {
            throw error
        }
        try builder.define(rule, alternatives.count == 1 ? alternatives[0] : .choice(alternatives))
    }

    /// - Returns: the first of some rules that has no text, and why; nil if all have.
    func ruleWithoutText(among roots: [Int]) throws(ConstraintError) -> (rule: Int, reason: ConstraintError)? {
        let grammar = builder.grammar
        let analysis = try GrammarAnalysis(grammar)
        for root in roots where !analysis.isProductive[root] {
            // A contradiction is to blame, or a rule that cannot do without itself.
            let blocked = Self.rulesWithoutText(from: root, grammar, analysis)
            let contradiction = blocked.lazy.compactMap { builder.contradictions[$0] }.first
            let circle = ConstraintError.schema(
                keyword: "$ref", path: grammar.rules[blocked[blocked.count - 1]].name,
                reason: "a value must hold a value like itself, and so on forever")
            return (root, contradiction ?? circle)
        }
        return nil
    }

    /// The rules without a text that a rule comes to through such rules, itself included; the farthest last.
    private static func rulesWithoutText(from root: Int, _ grammar: Grammar, _ analysis: GrammarAnalysis) -> [Int] {
        var reached: Set = [root]
        var order = [root]
        var next = 0
        while next < order.count {
            grammar.rules[order[next]].expression.forEachCall { rule in
                if !analysis.isProductive[rule], reached.insert(rule).inserted { order.append(rule) }
            }
            next += 1
        }
        return order
    }
}

extension Expression {
    /// Calls `body` with each rule that the expression calls.
    fileprivate func forEachCall(_ body: (Int) -> Void) {
        switch self {
        case .bytes, .characters, .token: break
        case .sequence(let parts), .choice(let parts): for part in parts { part.forEachCall(body) }
        case .repetition(let part, _, _): part.forEachCall(body)
        case .rule(let rule): body(rule)
        }
    }
}

extension Grammar {
    /// The JSON texts that a schema describes.
    ///
    /// - Throws: `ConstraintError.schema` for what cannot be obeyed; `tooLarge`.
    package init(jsonSchema schema: JSONValue) throws(ConstraintError) {
        var builder = GrammarBuilder()
        let notation = try JSONNotation(&builder)
        var compiler = SchemaCompiler(notation: notation, builder: builder)
        let root = try compiler.compile(schema)
        if let (_, reason) = try compiler.ruleWithoutText(among: [root]) { throw reason }
        self.init(rules: compiler.builder.grammar.rules, root: root)
    }
}
