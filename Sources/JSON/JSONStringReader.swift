/// Reads one string of a JSON text.
struct JSONStringReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var at: Int

    /// - Parameter at: the place of the opening quote.
    init(bytes: UnsafeBufferPointer<UInt8>, at: Int) { (self.bytes, self.at) = (bytes, at) }

    /// Reads from the opening quote to behind the closing one.
    mutating func read() throws(JSONError) -> String {
        at += 1
        let start = at
        skipPlainBytes()
        // Most strings have no escapes and are taken as they are.
        if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
            defer { at += 1 }
            return try decode(bytes[start..<at], from: start)
        }
        var unescaped = Array(bytes[start..<at])
        while true {
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            switch bytes[at] {
            case UInt8(ascii: "\""):
                defer { at += 1 }
                return try decode(unescaped[...], from: start)
            case UInt8(ascii: "\\"):
                try readEscape(into: &unescaped)
            case let byte:
                throw error(.controlCharacter(byte))
            }
            let plain = at
            skipPlainBytes()
            unescaped.append(contentsOf: bytes[plain..<at])
        }
    }

    /// Stops at a quote, a backslash, a control character or the end.
    private mutating func skipPlainBytes() {
        while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
            at += 1
        }
    }

    private func decode(_ text: some Collection<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONError(problem: .invalidUTF8, offset: start)
        }
        return string
    }

    private mutating func readEscape(into unescaped: inout [UInt8]) throws(JSONError) {
        guard at + 1 < bytes.count else { throw error(.unexpectedEnd) }
        let plain: UInt8
        switch bytes[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = bytes[at + 1]
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            unescaped.append(contentsOf: String(try readScalar()).utf8)
            return
        default: throw error(.invalidEscape)
        }
        unescaped.append(plain)
        at += 2
    }

    /// One `\uXXXX`, or two that make a surrogate pair.
    private mutating func readScalar() throws(JSONError) -> Unicode.Scalar {
        guard let first = hexadecimal(from: at + 2) else { throw error(.invalidEscape) }
        if 0xD800...0xDBFF ~= first, at + 7 < bytes.count, bytes[at + 6] == UInt8(ascii: "\\"),
            bytes[at + 7] == UInt8(ascii: "u"), let second = hexadecimal(from: at + 8), 0xDC00...0xDFFF ~= second
        {
            at += 12
            return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
        }
        at += 6
        return Unicode.Scalar(first) ?? "\u{FFFD}"
    }

    private func hexadecimal(from start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private func error(_ problem: JSONError.Problem) -> JSONError { JSONError(problem: problem, offset: at) }
}
