/// A number as it was written: `1`, `1.0` and `1e0` differ, and no digit is lost.
public struct JSONNumber: Sendable, Hashable {
    /// The number in JSON's grammar.
    public let text: String

    /// - Parameter text: nil is returned if this is not a number in JSON's grammar.
    public init?(_ text: String) {
        var text = text
        let length = text.withUTF8 { JSONNumber.length(in: $0, from: 0) }
        guard length == text.utf8.count, length > 0 else { return nil }
        self.text = text
    }

    /// The number of an integer.
    public init(_ value: some BinaryInteger) { text = String(value) }

    /// - Returns: nil for infinity and NaN, which JSON cannot write.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value.description
    }

    /// For text that was checked already.
    init(checked text: String) { self.text = text }

    /// Whether there is neither a fraction nor an exponent. Of any size.
    public var isInteger: Bool { !text.utf8.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") } }

    /// The value, if the number is written as an integer and fits.
    public var intValue: Int? { isInteger ? Int(text) : nil }

    /// The closest value; infinite if the number is too large.
    public var doubleValue: Double { Double(text) ?? .nan }

    /// The length of the number that begins at `start`; 0 if none does.
    static func length(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var at = start
        func skipDigits() -> Bool {
            let first = at
            while at < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[at] { at += 1 }
            return at > first
        }
        func skip(_ characters: StaticString) -> Bool {
            guard at < bytes.count else { return false }
            let found = characters.withUTF8Buffer { $0.contains(bytes[at]) }
            if found { at += 1 }
            return found
        }
        _ = skip("-")
        if !skip("0") { guard skipDigits() else { return 0 } }
        var end = at
        if skip(".") {
            guard skipDigits() else { return end - start }
            end = at
        }
        if skip("eE") {
            _ = skip("+-")
            if skipDigits() { end = at }
        }
        return end - start
    }
}
