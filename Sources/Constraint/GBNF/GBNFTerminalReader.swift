internal import Tokenizer

/// Reads what a grammar's rules consist of in the end, and names.
struct GBNFTerminalReader {
    var cursor: ScalarCursor
    private let tokens: (String) -> TokenID?

    init(cursor: ScalarCursor, tokens: @escaping (String) -> TokenID?) { (self.cursor, self.tokens) = (cursor, tokens) }

    func error(_ reason: String, at offset: Int) -> ConstraintError {
        let (line, column) = cursor.position(of: offset)
        return .malformedGrammar(line: line, column: column, reason: reason)
    }

    /// nil if none begins here.
    mutating func readName() -> String? {
        let name = cursor.read { $0.isASCIILetter || $0.isASCIIDigit || $0 == "-" || $0 == "_" }
        return name.isEmpty ? nil : name
    }

    /// A literal, a class, `.` or a token. nil if none begins here.
    mutating func readTerminal() throws(ConstraintError) -> GBNFItem? {
        let offset = cursor.offset
        if cursor.skip("\"") { return try readLiteral(from: offset) }
        if cursor.skip("[") { return try readClass(from: offset) }
        if cursor.skip(".") { return GBNFItem(expression: .characters(.all), size: 1) }
        let isNegated = cursor.skip("!")
        if cursor.skip("<") {
            let token = try readToken(from: cursor.offset - 1)
            return GBNFItem(expression: .token(TokenSet([token], isNegated: isNegated)), size: 1)
        }
        if isNegated { throw error("a token is expected after `!`", at: cursor.offset) }
        return nil
    }

    private mutating func readLiteral(from start: Int) throws(ConstraintError) -> GBNFItem {
        var text = String.UnicodeScalarView()
        while !cursor.skip("\"") {
            let offset = cursor.offset
            guard let value = try readCharacter() else { throw error("the literal is not closed", at: start) }
            guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair", at: offset) }
            text.append(scalar)
        }
        return GBNFItem(expression: .literal(String(text)), size: max(1, text.count))
    }

    private mutating func readClass(from start: Int) throws(ConstraintError) -> GBNFItem {
        let isNegated = cursor.skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !cursor.skip("]") {
            let offset = cursor.offset
            guard let low = try readCharacter() else { throw unclosedClass(at: start) }
            guard cursor.next == "-", cursor.peek(1) != "]" else {
                ranges.append(low...low)
                continue
            }
            _ = cursor.read()
            guard let high = try readCharacter() else { throw unclosedClass(at: start) }
            guard low <= high else { throw error("the range is in the wrong order", at: offset) }
            ranges.append(low...high)
        }
        guard !ranges.isEmpty else { throw error("the class has no characters", at: start) }
        let characters = CharacterClass(ranges)
        return GBNFItem(expression: .characters(isNegated ? characters.inverted : characters), size: 1)
    }

    private func unclosedClass(at start: Int) -> ConstraintError { error("the class is not closed", at: start) }

    /// One code point of a literal or a class. nil at the end.
    private mutating func readCharacter() throws(ConstraintError) -> UInt32? {
        let offset = cursor.offset
        guard let scalar = cursor.read() else { return nil }
        guard scalar == "\\" else { return scalar.value }
        guard let escape = cursor.read() else { return nil }
        switch escape {
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "\\", "\"", "[", "]", "-": return escape.value
        case "x", "u", "U":
            let count = escape == "x" ? 2 : escape == "u" ? 4 : 8
            guard let value = cursor.readHexadecimal(count: count) else {
                throw error("\(count) hexadecimal digits are expected", at: offset)
            }
            guard value <= CharacterClass.last else { throw error("there is no such character", at: offset) }
            return value
        default: throw error("the escape is unknown", at: offset)
        }
    }

    /// Behind `<`, which is at `start`.
    private mutating func readToken(from start: Int) throws(ConstraintError) -> TokenID {
        if cursor.skip("[") {
            guard let number = cursor.readNumber() else { throw error("a token's number is expected", at: start) }
            guard cursor.skip("]>") else { throw error("`]>` is expected", at: cursor.offset) }
            // Larger ones were cut down.
            guard number < ScalarCursor.largestNumber, let token = TokenID(exactly: number) else {
                throw error("there is no such token", at: start)
            }
            return token
        }
        let name = cursor.read { $0 != ">" }
        guard cursor.skip(">") else { throw error("the token is not closed", at: start) }
        guard let token = tokens("<\(name)>") else {
            throw error("there is no token \("<\(name)>".debugDescription)", at: start)
        }
        return token
    }
}
