/// The text of tokens that stand for one byte: `<0x00>` to `<0xFF>`.
package enum ByteToken {
    package static func text(of byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "<0x0\(digits)>" : "<0x\(digits)>"
    }

    /// The byte that a token with this text stands for; nil if it is not a byte token.
    static func byte(of text: some RandomAccessCollection<UInt8>) -> UInt8? {
        guard text.count == 6, text.starts(with: "<0x".utf8), text.last == UInt8(ascii: ">") else { return nil }
        return text.dropFirst(3).dropLast().reduce(UInt8?(0)) { byte, character in
            guard let byte, let digit = digit(character) else { return nil }
            return byte << 4 | digit
        }
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
