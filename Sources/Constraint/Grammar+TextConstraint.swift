package import Tokenizer

extension Grammar {
    /// - Parameter vocabulary: the tokens that a grammar's token terminals name.
    package init(_ constraint: TextConstraint, vocabulary: Vocabulary) throws(ConstraintError) {
        switch constraint {
        case .jsonSchema(let schema): try self.init(jsonSchema: schema)
        case .grammar(let source): try self.init(gbnf: source, tokens: vocabulary.id(of:))
        case .regularExpression(let source): try self.init(regularExpression: source)
        case .choices(let choices): try self.init(choices: choices)
        }
    }
}
