/// A node of the tree that prints or does something.
indirect enum Statement: Sendable {
    case text(Text)
    case print(Expression)
    case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
    case loop(Loop)
    case breakLoop
    case continueLoop
    case assignment(Target, Expression)
    /// `{% set x %}…{% endset %}`; the filter is applied to what the body prints.
    case assignmentBlock(Target, filter: Expression?, body: [Statement], scope: Int)
    /// - Parameter name: where the macro is stored.
    case macro(MacroDefinition, name: Int)
    case callBlock(MacroDefinition, call: Expression)
    case filterBlock(Expression, body: [Statement], scope: Int)
    case with([(target: Target, value: Expression)], body: [Statement], scope: Int)
    /// A block that is printed where it stands.
    case scope(body: [Statement], scope: Int)
    /// A tag that cannot work here. It is an error where it is reached.
    case unsupported(String, Place)
}

/// Where a value is stored. Names are places in `ScopeTable.references`.
indirect enum Target: Sendable {
    case name(Int)
    case tuple([Target], Place)
    case namespaceMember(Int, Text, Place)
}

struct Loop: Sendable {
    let target: Target
    let sequence: Expression
    let filter: (target: Target, test: Expression, scope: Int)?
    let isRecursive: Bool
    /// Where `loop` is stored, if the body uses it.
    let loopName: Int?
    let body: [Statement]
    let scope: Int
    let otherwise: (body: [Statement], scope: Int)?
    let place: Place
}

/// A macro, or the body of a call block, which is a macro without a name.
struct MacroDefinition: Sendable {
    let name: String?
    let parameters: [Parameter]
    /// Where the special variables are stored, if the body uses them.
    let caller: Int?
    let varargs: Int?
    let kwargs: Int?
    let body: [Statement]
    let scope: Int
    let place: Place

    struct Parameter: Sendable {
        let name: Text
        let variable: Int
        let standard: Expression?
    }
}
