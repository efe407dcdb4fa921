extension Lexer {
    /// Reads what stands within a tag.
    /// - Parameter brackets: what closes the open ones.
    mutating func readToken(_ brackets: inout [Symbol]) throws(SyntaxError) {
        let start = at
        let byte = source.bytes[at]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): try readString(quote: byte)
        case _ where isWord(at: at): readName()
        default:
            guard let symbol = Lexer.symbols.first(where: { source.hasPrefix($0.text, at: start) }) else {
                throw SyntaxError("unexpected character '\(String(source.scalar(at: start)))'", Place(start))
            }
            at += symbol.text.count
            add(.symbol(symbol.symbol), at: start)
            if let closing = symbol.symbol.closing {
                brackets.append(closing)
            } else if symbol.symbol.isClosing, brackets.popLast() != symbol.symbol {
                throw SyntaxError("unexpected '\(symbol.symbol.rawValue)'", Place(start))
            }
        }
    }

    /// Longer ones first.
    private static let symbols = Symbol.allCases.map { (symbol: $0, text: Text($0.rawValue)) }
        .sorted { $0.text.count > $1.text.count }

    private func isWord(at offset: Int) -> Bool {
        guard offset < source.count else { return false }
        let byte = source.bytes[offset]
        if byte < 0x80 {
            return byte == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
        let properties = source.scalar(at: offset).properties
        return properties.isXIDContinue
    }

    private mutating func readName() {
        let start = at
        while isWord(at: at) { at += source.scalarLength(at: at) }
        add(.name(source[start..<at].string), at: start)
    }

    // MARK: - Numbers

    private mutating func readNumber() throws(SyntaxError) {
        let start = at
        if source.bytes[at] == UInt8(ascii: "0"), at + 1 < source.count {
            let radix = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2][source.bytes[at + 1] | 0x20]
            if let radix, let end = endOfDigits(from: at + 2, radix: radix, allowsLeadingUnderscore: true) {
                guard let value = Int(digits(at + 2..<end), radix: radix) else {
                    throw SyntaxError(.integerOverflow, Place(start))
                }
                at = end
                add(.integer(value), at: start)
                return
            }
        }
        var end = endOfDigits(from: at) ?? at + 1
        let integerEnd = end
        if byte(at: end) == UInt8(ascii: "."), let fraction = endOfDigits(from: end + 1) { end = fraction }
        if let letter = byte(at: end), letter | 0x20 == UInt8(ascii: "e") {
            let sign = byte(at: end + 1)
            let hasSign = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
            if let exponent = endOfDigits(from: end + (hasSign ? 2 : 1)) { end = exponent }
        }
        // Not a float in `a.0.5`, where the first dot asks for a member.
        let isMember = start > 0 && source.bytes[start - 1] == UInt8(ascii: ".")
        if end > integerEnd, !isMember {
            at = end
            add(.float(Double(digits(start..<end)) ?? .infinity), at: start)
            return
        }
        // A decimal integer does not begin with a zero, unless it is one.
        end = integerEnd
        if source.bytes[start] == UInt8(ascii: "0") {
            end = start
            while byte(at: end) == UInt8(ascii: "0") { end += 1 }
        }
        at = end
        let text = digits(start..<end)
        add(Int(text).map { .integer($0) } ?? .largeInteger(text), at: start)
    }

    private func byte(at offset: Int) -> UInt8? { offset < source.count ? source.bytes[offset] : nil }

    private func digits(_ range: Range<Int>) -> String {
        String(decoding: source.bytes[range].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    /// Behind digits that single underscores may separate.
    private func endOfDigits(from start: Int, radix: Int = 10, allowsLeadingUnderscore: Bool = false) -> Int? {
        var offset = start
        var isAfterDigit = allowsLeadingUnderscore
        var end: Int?
        while let byte = byte(at: offset) {
            let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            if byte == UInt8(ascii: "_"), isAfterDigit {
                isAfterDigit = false
            } else if let digit, digit < radix {
                isAfterDigit = true
                end = offset + 1
            } else {
                break
            }
            offset += 1
        }
        return end
    }

    // MARK: - Strings

    private mutating func readString(quote: UInt8) throws(SyntaxError) {
        let start = at
        at += 1
        var text: [UInt8] = []
        while at < source.count {
            let byte = source.bytes[at]
            if byte == quote {
                at += 1
                add(.string(Text(text, .template)), at: start)
                return
            }
            at += 1
            if byte == UInt8(ascii: "\\") { try readEscape(into: &text) } else { text.append(byte) }
        }
        throw SyntaxError("the string is not closed", Place(start))
    }

    /// Python's escapes. An unknown one stays as it is.
    private mutating func readEscape(into text: inout [UInt8]) throws(SyntaxError) {
        guard at < source.count else { return }
        let byte = source.bytes[at]
        at += 1
        switch byte {
        case UInt8(ascii: "\n"): break
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(byte)
        case UInt8(ascii: "a"): text.append(0x07)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "v"): text.append(0x0B)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "x"): try appendScalar(digitCount: 2, to: &text)
        case UInt8(ascii: "u"): try appendScalar(digitCount: 4, to: &text)
        case UInt8(ascii: "U"): try appendScalar(digitCount: 8, to: &text)
        case UInt8(ascii: "N"): throw SyntaxError("\\N escapes are not supported", Place(at - 2))
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            var value = UInt32(byte - UInt8(ascii: "0"))
            var count = 1
            while count < 3, let next = self.byte(at: at), UInt8(ascii: "0")...UInt8(ascii: "7") ~= next {
                value = value * 8 + UInt32(next - UInt8(ascii: "0"))
                at += 1
                count += 1
            }
            append(value, to: &text)
        case 0x80...:
            // Jinja escapes what is not ASCII before it reads escapes, so that the backslash escapes that one's.
            at -= 1
            let scalar = source.scalar(at: at)
            at += source.scalarLength(at: at)
            let digits = String(scalar.value, radix: 16)
            let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
            text += Array(("\\" + letter + String(repeating: "0", count: width - digits.count) + digits).utf8)
        default: text += [UInt8(ascii: "\\"), byte]
        }
    }

    private mutating func appendScalar(digitCount: Int, to text: inout [UInt8]) throws(SyntaxError) {
        var value = try hexadecimal(digitCount)
        // Two halves of a pair make one scalar.
        if 0xD800...0xDBFF ~= value, source.hasPrefix("\\u", at: at) {
            let behind = at
            at += 2
            let second = try hexadecimal(4)
            if 0xDC00...0xDFFF ~= second {
                value = 0x10000 + (value - 0xD800) << 10 + (second - 0xDC00)
            } else {
                at = behind
            }
        }
        append(value, to: &text)
    }

    private mutating func hexadecimal(_ count: Int) throws(SyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = byte(at: at), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, value < 1 << 28
            else { throw SyntaxError("the escape needs \(count) hexadecimal digits", Place(at)) }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    private func append(_ value: UInt32, to text: inout [UInt8]) {
        text += Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }
}
