/// Reads classes and escapes of a regular expression.
struct PatternClassReader {
    private let source: String
    private(set) var cursor: ScalarCursor

    init(source: String, cursor: ScalarCursor) { (self.source, self.cursor) = (source, cursor) }

    /// What one character or one escape stands for.
    enum Item {
        /// One code point. Half of a surrogate pair is no character, and never in a text.
        case codePoint(UInt32)
        /// - Parameter name: how it is written.
        case characters(CharacterClass, name: String)

        var characters: CharacterClass {
            switch self {
            case .codePoint(let value): CharacterClass([value...value])
            case .characters(let characters, _): characters
            }
        }
    }

    private func error(_ reason: String, at offset: Int) -> ConstraintError {
        .malformedPattern(pattern: source, offset: offset, reason: reason)
    }

    /// Behind `[`.
    mutating func readClass(from start: Int) throws(ConstraintError) -> CharacterClass {
        let isNegated = cursor.skip("^")
        var ranges: [ClosedRange<UInt32>] = []
        // A class that is written a thousand times counts once.
        var known: Set<String> = []
        func add(_ item: Item) {
            switch item {
            case .codePoint(let value): ranges.append(value...value)
            case .characters(let characters, let name):
                if known.insert(name).inserted { ranges += characters.ranges }
            }
        }
        while !cursor.skip("]") {
            let offset = cursor.offset
            let first = try readClassItem(in: start)
            guard cursor.next == "-", cursor.peek(1) != "]", cursor.peek(1) != nil else {
                add(first)
                continue
            }
            _ = cursor.read()
            let last = try readClassItem(in: start)
            if case .codePoint(let low) = first, case .codePoint(let high) = last {
                guard low <= high else { throw error("the range is in the wrong order", at: offset) }
                ranges.append(low...high)
            } else {
                // `[\w-.]` has no range; the dash is a character.
                add(first)
                add(.codePoint(0x2D))
                add(last)
            }
        }
        let characters = CharacterClass(ranges)
        return isNegated ? characters.inverted : characters
    }

    private mutating func readClassItem(in start: Int) throws(ConstraintError) -> Item {
        let offset = cursor.offset
        guard let scalar = cursor.read() else { throw error("the class is not closed", at: start) }
        return scalar == "\\" ? try readEscape(from: offset, isInClass: true) : .codePoint(scalar.value)
    }

    /// Behind the backslash, which is at `offset`.
    mutating func readEscape(from offset: Int, isInClass: Bool) throws(ConstraintError) -> Item {
        guard let scalar = cursor.read() else { throw error("a backslash at the end", at: offset) }
        switch scalar {
        case "d": return .characters(.digits, name: "d")
        case "D": return .characters(.noDigits, name: "D")
        case "w": return .characters(.wordCharacters, name: "w")
        case "W": return .characters(.noWordCharacters, name: "W")
        case "s": return .characters(.whiteSpace, name: "s")
        case "S": return .characters(.noWhiteSpace, name: "S")
        case "p", "P": return try readProperty(from: offset, isNegated: scalar == "P")
        case "n": return .codePoint(0x0A)
        case "r": return .codePoint(0x0D)
        case "t": return .codePoint(0x09)
        case "f": return .codePoint(0x0C)
        case "v": return .codePoint(0x0B)
        case "0" where cursor.next?.isASCIIDigit != true: return .codePoint(0)
        case "b" where isInClass: return .codePoint(0x08)
        case "b", "B": throw error("word boundaries are not supported", at: offset)
        case "x":
            guard let value = cursor.readHexadecimal(count: 2) else {
                throw error("two hexadecimal digits are expected", at: offset)
            }
            return .codePoint(value)
        case "u": return .codePoint(try readCodePoint(from: offset))
        case "c":
            guard let letter = cursor.next, letter.isASCIILetter else {
                throw error("a letter is expected", at: offset)
            }
            _ = cursor.read()
            return .codePoint(letter.value % 32)
        case "k" where !isInClass: throw error("back references are not supported", at: offset)
        case "0"..."9":
            throw error(
                isInClass || scalar == "0" ? "octal numbers are not supported" : "back references are not supported",
                at: offset)
        case _ where scalar.isASCIILetter: throw error("the escape is unknown", at: offset)
        default: return .codePoint(scalar.value)
        }
    }

    /// Behind `\u`.
    private mutating func readCodePoint(from offset: Int) throws(ConstraintError) -> UInt32 {
        if cursor.skip("{") {
            let digits = cursor.read { $0 != "}" }
            guard let value = UInt32(digits, radix: 16), value <= CharacterClass.last, digits.first != "+",
                cursor.skip("}")
            else { throw error("a hexadecimal code point is expected", at: offset) }
            return value
        }
        guard let high = cursor.readHexadecimal(count: 4) else {
            throw error("four hexadecimal digits are expected", at: offset)
        }
        // Two escapes may be a pair of surrogates.
        let end = cursor.offset
        if 0xD800...0xDBFF ~= high, cursor.skip("\\u"), let low = cursor.readHexadecimal(count: 4),
            0xDC00...0xDFFF ~= low
        {
            return 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
        }
        cursor.goBack(to: end)
        return high
    }

    /// Behind `\p` or `\P`.
    private mutating func readProperty(from offset: Int, isNegated: Bool) throws(ConstraintError) -> Item {
        guard cursor.skip("{") else { throw error("`{` is expected", at: offset) }
        let name = cursor.read { $0 != "}" }
        guard cursor.skip("}") else { throw error("the property's name is not closed", at: offset) }
        guard let property = UnicodeProperty.named(name) else {
            throw error("the property \(name.debugDescription) is not supported", at: offset)
        }
        return isNegated
            ? .characters(property.others, name: "P{\(name)}") : .characters(property.characters, name: "p{\(name)}")
    }
}
