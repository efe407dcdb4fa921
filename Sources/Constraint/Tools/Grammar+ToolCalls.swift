import JSON

extension Grammar {
    /// A call of one of some tools: what follows the token `<|tool_call>`, up to and including `<tool_call|>`.
    ///
    /// - Throws: `ConstraintError.tool` for a name, a key or a schema that cannot be written or obeyed, `unsatisfiable`
    ///   if there is no tool, `tooLarge`.
    package init(toolCalls tools: [ToolSignature], markers: ReplyMarkers) throws(ConstraintError) {
        guard !tools.isEmpty else { throw .unsatisfiable }
        var builder = GrammarBuilder()
        let json = try JSONNotation(&builder)
        var notation = try ToolCallNotation(json, markers: markers, builder: &builder)
        var compiler = SchemaCompiler(notation: notation, builder: builder)

        var calls: [Expression] = []
        var arguments: [Int: String] = [:]
        var names: Set<PropertyKey> = []
        for tool in tools {
            try Self.check(tool.name, isNew: names.insert(PropertyKey(tool.name)).inserted)
            notation.tool = tool.name
            let start = Expression.literal("call:" + tool.name)
            guard let parameters = tool.parameters else {
                calls.append(.sequence([start, .literal("{}")]))
                continue
            }
            do {
                let rule = try compiler.compile(parameters, restrictedBy: ["type": "object"], in: notation)
                calls.append(.sequence([start, .rule(rule)]))
                arguments[rule] = tool.name
            } catch {
                throw Self.naming(tool.name, error)
            }
        }
        if let (rule, reason) = try compiler.ruleWithoutText(among: arguments.keys.sorted()) {
            throw Self.naming(arguments[rule] ?? "", reason)
        }
        let rules = compiler.builder.grammar.rules
        let root = Rule(
            name: "call", expression: .sequence([.choice(calls), .token(TokenSet([markers.callEnd]))]))
        self.init(rules: rules + [root], root: rules.count)
    }

    private static func check(_ name: String, isNew: Bool) throws(ConstraintError) {
        guard isNew else { throw .tool(name: name, reason: "another tool has the same name") }
        let forbidden = CharacterClass(
            "<", ">", "[", "]", "{", "}", "(", ")", "\"", "'", ",", "=", " ", "\t", "\n", "\u{B}", "\u{C}", "\r")
        guard !name.isEmpty, !name.unicodeScalars.contains(where: forbidden.contains) else {
            throw .tool(name: name, reason: "the name is empty, or has a character that names in calls cannot have")
        }
    }

    private static func naming(_ tool: String, _ error: ConstraintError) -> ConstraintError {
        guard case .schema(let keyword, let path, let reason) = error else { return error }
        return .tool(name: tool, reason: "`\(keyword)` at \(path) of its parameters: \(reason)")
    }
}
