import JSON

/// A value without delimiters or quotes.
struct BareValue {
    let text: ArraySlice<UInt8>
    private let literal: Literal?

    private enum Literal {
        /// Passed on digit for digit.
        case number
        case bool(Bool)
        case null
    }

    /// - Parameter text: without white space at its ends.
    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        switch text.first {
        case "-"?, "0"?, "1"?, "2"?, "3"?, "4"?, "5"?, "6"?, "7"?, "8"?, "9"?:
            literal = JSONNumber(String(decoding: text, as: UTF8.self)) != nil ? .number : nil
        case "t"?, "T"?, "f"?, "F"?, "n"?, "N"?:
            // Templates print Python's spellings here and there, and models imitate them.
            switch String(decoding: text.prefix(6), as: UTF8.self) {
            case "true", "True": literal = .bool(true)
            case "false", "False": literal = .bool(false)
            case "null", "None": literal = .null
            default: literal = nil
            }
        default: literal = nil
        }
    }

    /// Whether it is a number or a word of JSON or Python, rather than text.
    var isLiteral: Bool { literal != nil }

    /// - Parameter isString: whether the schema wants text: then digits stay text.
    /// - Returns: nil if it is text.
    func json(isString: Bool) -> ArraySlice<UInt8>? {
        switch literal {
        case .null: ArraySlice("null".utf8)
        case .number where !isString: text
        case .bool(let value) where !isString: ArraySlice((value ? "true" : "false").utf8)
        default: nil
        }
    }
}
