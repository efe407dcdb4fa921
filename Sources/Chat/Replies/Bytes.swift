// Replies are read as UTF-8. Everything that structures them is ASCII.

extension UInt8 {
    /// The token `<|"|>` among the bytes of text. UTF-8 has no such byte.
    static let delimiter: UInt8 = 0xFF
    /// Comes before the text of a token that does not belong to a call. Only strings may contain it.
    static let foreign: UInt8 = 0xFE

    var isToken: Bool { self >= .foreign }

    /// White space between the tokens of a call, and after `thought`.
    var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    /// Whether it closes an object or array in a call.
    var isClosingBracket: Bool {
        switch self {
        case "}", "]", ")": true
        default: false
        }
    }

    static func ~= (pattern: Unicode.Scalar, byte: UInt8) -> Bool { byte == UInt8(ascii: pattern) }
    static func == (byte: UInt8, scalar: Unicode.Scalar) -> Bool { byte == UInt8(ascii: scalar) }
    static func != (byte: UInt8, scalar: Unicode.Scalar) -> Bool { byte != UInt8(ascii: scalar) }
}

extension ClosedRange<UInt8> {
    static let asciiDigits = UInt8(ascii: "0")...UInt8(ascii: "9")
    static let asciiCapitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
    static let asciiSmallLetters = UInt8(ascii: "a")...UInt8(ascii: "z")
}

extension ArraySlice<UInt8> {
    var trimmed: ArraySlice<UInt8> {
        var slice = self
        while slice.first?.isSpace == true { slice.removeFirst() }
        while slice.last?.isSpace == true { slice.removeLast() }
        return slice
    }
}
