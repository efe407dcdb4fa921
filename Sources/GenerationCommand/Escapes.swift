extension String {
    /// With `\n`, `\t`, `\x41` and the like as in C. Other backslashes stay.
    package var unescaped: String {
        guard contains("\\") else { return self }
        let meanings: [UInt8: UInt8] = [
            UInt8(ascii: "n"): UInt8(ascii: "\n"), UInt8(ascii: "r"): UInt8(ascii: "\r"),
            UInt8(ascii: "t"): UInt8(ascii: "\t"), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"),
        ]
        // Bytes, since \xC3\xA9 is one character.
        var result: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                result.append(byte)
                continue
            }
            if let meaning = meanings[next] {
                result.append(meaning)
                rest.removeFirst()
            } else if next == UInt8(ascii: "x"), let code = Self.hexadecimal(rest.dropFirst().prefix(2)) {
                result.append(code)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The value of two hexadecimal digits; nil if they are none.
    private static func hexadecimal(_ digits: some Collection<UInt8>) -> UInt8? {
        let text = String(decoding: digits, as: UTF8.self)
        return text.utf8.count == 2 && text.allSatisfy(\.isHexDigit) ? UInt8(text, radix: 16) : nil
    }
}
