/// Why a constraint cannot be compiled, or a text cannot go on within it.
public enum ConstraintError: Error, Hashable, Sendable {
    /// A grammar that cannot be read. Lines and columns count from 1; columns count characters.
    case malformedGrammar(line: Int, column: Int, reason: String)
    /// A regular expression that cannot be read, or says what an automaton cannot do. Offsets count characters from 0.
    case malformedPattern(pattern: String, offset: Int, reason: String)
    /// A keyword of a JSON schema that cannot be obeyed.
    /// - Parameter path: of the schema that has the keyword: `#/properties/age`.
    case schema(keyword: String, path: String, reason: String)
    /// A tool whose calls cannot be written.
    case tool(name: String, reason: String)
    /// A list of choices without a choice.
    case noChoices
    /// Nothing obeys the constraint.
    case unsatisfiable
    /// A rule that begins with itself, which takes forever to compute.
    case leftRecursion(rule: String)
    /// More than an automaton may have.
    /// - Parameter what: what there is too much of, in the plural.
    case tooLarge(what: String, limit: Int)
    /// No token continues the text: the vocabulary lacks what the constraint asks for.
    case nothingFits
}

extension ConstraintError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedGrammar(let line, let column, let reason):
            "the grammar cannot be read: line \(line), column \(column): \(reason)"
        case .malformedPattern(let pattern, let offset, let reason):
            "the regular expression \(pattern.debugDescription) cannot be used: character \(offset + 1): \(reason)"
        case .schema(let keyword, let path, let reason):
            "the JSON schema cannot be obeyed: `\(keyword)` at \(path): \(reason)"
        case .tool(let name, let reason): "calls of the tool \(name.debugDescription) cannot be written: \(reason)"
        case .noChoices: "a list of choices needs at least one"
        case .unsatisfiable: "the constraint cannot be satisfied: no text obeys it"
        case .leftRecursion(let rule): "the grammar cannot be used: the rule \(rule) begins with itself"
        case .tooLarge(let what, let limit): "the constraint is too large: more than \(limit) \(what)"
        case .nothingFits: "the text cannot go on: the vocabulary has no token that fits the constraint here"
        }
    }
}
