import JSON

/// Makes rules of schemas, one for each combination of schemas that hold for a value, so that recursion is a rule that
/// calls itself and a grammar grows with its schema, not with what that describes.
struct SchemaCompiler {
    private let notation: any Notation
    private var expansion = SchemaExpansion()
    private(set) var builder: GrammarBuilder

    /// - Parameters:
    ///   - notation: how values are written.
    ///   - builder: what the notation has put its rules into.
    init(notation: any Notation, builder: GrammarBuilder) { (self.notation, self.builder) = (notation, builder) }

    /// Compiles a schema.
    ///
    /// - Parameter restriction: a schema that holds besides.
    /// - Returns: the rule of its values.
    mutating func compile(
        _ schema: JSONValue, restrictedBy restriction: JSONValue? = nil
    ) throws(ConstraintError) -> Int {
        var schemas = [try expansion.document.addRoot(schema)]
        if let restriction { schemas.append(try expansion.document.addRoot(restriction)) }
        let root = try builder.rule(for: Goal(schemas), named: "#")
        while let (goal, rule) = builder.nextOpenGoal() { try define(rule, as: goal) }
        try requireText(of: root)
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
        var alternatives: [Expression] = []
        for requirements in try expansion.alternatives(of: goal.schemas) {
            let expression = try writer.expression(
                of: requirements, for: rule, expansion: &expansion, builder: &builder)
            if let expression { alternatives.append(expression) }
        }
        try builder.define(rule, alternatives.count == 1 ? alternatives[0] : .choice(alternatives))
    }

    /// Makes sure that the rule describes any text, or says why it does not.
    private func requireText(of root: Int) throws(ConstraintError) {
        let productivity = GrammarProductivity(builder.grammar)
        guard !productivity.isProductive(root) else { return }
        // What has no text is to blame, or a rule that cannot do without itself.
        let blocked = productivity.unproductiveRules(from: root)
        if let contradiction = blocked.lazy.compactMap({ builder.contradictions[$0] }).first { throw contradiction }
        let name = blocked.last.map { builder.grammar.rules[$0].name } ?? "#"
        throw .schema(keyword: "$ref", path: name, reason: "a value must hold a value like itself, and so on forever")
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
        self.init(rules: compiler.builder.grammar.rules, root: root)
    }
}
