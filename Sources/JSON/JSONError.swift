/// Why a text is not JSON, or not taken.
public struct JSONError: Error, Equatable, Sendable {
    /// What can be wrong.
    public enum Problem: Equatable, Sendable {
        /// Nothing but white space.
        case empty
        /// The text ends within a value.
        case unexpectedEnd
        /// A character that cannot be here.
        case unexpected(Unicode.Scalar, expected: String)
        /// A line break, tab or other control character within a string, which JSON wants escaped.
        case controlCharacter(UInt8)
        /// A backslash with what JSON does not know behind it.
        case invalidEscape
        case invalidUTF8
        case nestedTooDeeply(limit: Int)
        case tooLong(byteCount: Int, limit: Int)
    }

    /// What is wrong.
    public let problem: Problem
    /// Counted in bytes from the beginning.
    public let offset: Int
}

extension JSONError: CustomStringConvertible {
    public var description: String {
        switch problem {
        case .empty: "no JSON: the text is empty"
        case .unexpectedEnd: "the JSON text ends too early, at byte \(offset)"
        case .unexpected(let scalar, let expected):
            "byte \(offset) of the JSON text is \(String(scalar).debugDescription); expected \(expected)"
        case .controlCharacter(let byte):
            "byte \(offset) of the JSON text is the control character \(byte), which must be escaped within a string"
        case .invalidEscape: "the escape at byte \(offset) of the JSON text is not one of JSON's"
        case .invalidUTF8: "byte \(offset) of the JSON text is not UTF-8"
        case .nestedTooDeeply(let limit):
            "the JSON text is nested too deeply at byte \(offset); at most \(limit) levels are supported"
        case .tooLong(let count, let limit):
            "the JSON text has \(count) bytes; at most \(limit) are supported"
        }
    }
}
