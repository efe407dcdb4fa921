import JSON

/// A number as its exact value, to compare: `1`, `1.0` and `10e-1` are equal.
struct DecimalNumber: Hashable, Comparable {
    private let isNegative: Bool
    /// Without zeros at either end; empty for 0. The value is `0.DIGITS` times ten to the power of `exponent`.
    private let digits: [UInt8]
    private let exponent: Int

    init(_ number: JSONNumber) {
        var text = number.text.utf8[...]
        let isNegative = text.first == UInt8(ascii: "-")
        var digits: [UInt8] = []
        var wholeCount: Int?
        var power = 0
        if isNegative { text.removeFirst() }
        while let byte = text.popFirst() {
            switch byte {
            case UInt8(ascii: "."): wholeCount = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                power = Self.power(text)
                text = text[text.endIndex...]
            default: digits.append(byte - UInt8(ascii: "0"))
            }
        }
        var exponent = (wholeCount ?? digits.count) + power
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.last == 0 { digits.removeLast() }
        self.digits = digits
        self.isNegative = isNegative && !digits.isEmpty
        self.exponent = digits.isEmpty ? 0 : exponent
    }

    /// - Parameter text: behind the `e`. What is too large for any use is cut down, so that sums do not overflow.
    private static func power(_ text: Substring.UTF8View) -> Int {
        let limit = 1 << 40
        let isNegative = text.first == UInt8(ascii: "-")
        var power = 0
        for byte in text where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            power = min(power * 10 + Int(byte - UInt8(ascii: "0")), limit)
        }
        return isNegative ? -power : power
    }

    var isInteger: Bool { digits.count <= max(exponent, 0) }

    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmaller(than: left) : left.isSmaller(than: right)
    }

    /// Compares without the signs.
    private func isSmaller(than other: DecimalNumber) -> Bool {
        if digits.isEmpty || other.digits.isEmpty { return digits.isEmpty && !other.digits.isEmpty }
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}

extension JSONValue {
    /// Whether JSON Schema takes the two for one value: numbers are compared by their values.
    func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)):
            return left == right || DecimalNumber(left) == DecimalNumber(right)
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map { value.isSame(as: $0) } ?? false }
        default: return self == other
        }
    }
}
