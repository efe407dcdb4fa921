/// A piece of the source.
struct Token {
    enum Kind: Equatable {
        /// What is printed as it is.
        case data(Text)
        case variableBegin
        case variableEnd
        case blockBegin
        case blockEnd
        case name(String)
        case string(Text)
        case integer(Int)
        case largeInteger(String)
        case float(Double)
        case symbol(Symbol)
        case end
    }

    let kind: Kind
    let place: Place

    /// Keywords are names to the lexer.
    func isName(_ name: String) -> Bool { kind == .name(name) }
    func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

    /// For messages.
    var description: String {
        switch kind {
        case .data: "text"
        case .variableBegin: "'{{'"
        case .variableEnd: "'}}'"
        case .blockBegin: "'{%'"
        case .blockEnd: "'%}'"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .integer, .largeInteger: "an integer"
        case .float: "a number"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .end: "the end of the template"
        }
    }
}

/// What is neither a name nor a literal, within tags.
enum Symbol: String, CaseIterable {
    case floorDivide = "//"
    case power = "**"
    case equal = "=="
    case notEqual = "!="
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case add = "+"
    case subtract = "-"
    case divide = "/"
    case multiply = "*"
    case remainder = "%"
    case tilde = "~"
    case leftBracket = "["
    case rightBracket = "]"
    case leftParenthesis = "("
    case rightParenthesis = ")"
    case leftBrace = "{"
    case rightBrace = "}"
    case greater = ">"
    case less = "<"
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","
    case semicolon = ";"

    /// What closes this bracket.
    var closing: Symbol? {
        switch self {
        case .leftBracket: .rightBracket
        case .leftParenthesis: .rightParenthesis
        case .leftBrace: .rightBrace
        default: nil
        }
    }

    var isClosing: Bool { self == .rightBracket || self == .rightParenthesis || self == .rightBrace }
}
