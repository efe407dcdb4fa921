/// A node of the tree that has a value.
struct Expression: Sendable {
    let kind: Kind
    /// Where an error of this node is reported.
    let place: Place
    /// Nodes within one another, this one included. Limited, since trees are walked recursively.
    let depth: Int

    indirect enum Kind: Sendable {
        case literal(Literal)
        /// A place in `ScopeTable.references`.
        case name(Int)
        case list([Expression])
        case tuple([Expression])
        case mapping([(key: Expression, value: Expression)])
        case negative(Expression)
        case positive(Expression)
        case arithmetic(Arithmetic, Expression, Expression)
        /// Operands of `~`.
        case concatenation([Expression])
        case comparison(Expression, [(Comparison, Expression)])
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case conditional(test: Expression, then: Expression, else: Expression?)
        /// A place in `NameTables.members`.
        case member(Expression, Int)
        case element(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, ArgumentList)
        /// A place in `NameTables.filters`.
        case filter(Expression, Int, ArgumentList)
        /// A place in `NameTables.tests`.
        case test(Expression, Int, ArgumentList)
        /// What the block around a filter has printed: `{% filter upper %}…{% endfilter %}`.
        case blockText
    }
}

enum Literal: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case largeInteger(String)
    case float(Double)
    case text(Text)
}

enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
}

enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}

/// What a call, a filter or a test is given.
struct ArgumentList: Sendable {
    var positional: [Expression] = []
    var named: [(name: Text, value: Expression)] = []
    /// `*more`
    var spread: Expression?
    /// `**more`
    var namedSpread: Expression?

    static let none = ArgumentList()
    var expressions: [Expression] { positional + named.map(\.value) + [spread, namedSpread].compactMap(\.self) }
}
