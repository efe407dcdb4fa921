import JSON

/// A number with all its digits, for comparing.
struct ExactDecimal: Sendable, Hashable {
    /// False for zero.
    let isNegative: Bool
    /// The digits before the point, from 0 to 9, without zeros in front; a single 0 if there are none.
    let integer: [UInt8]
    /// The digits behind the point, without zeros at the end.
    let fraction: [UInt8]

    /// Digits that a number may have on either side of its point.
    static let maximumDigits = 400

    static let zero = ExactDecimal(isNegative: false, digits: [], pointAt: 0)

    init(_ number: JSONNumber) throws(ConstraintError) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent: Substring?
        for (index, character) in zip(number.text.indices, number.text.utf8) {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(character - UInt8(ascii: "0"))
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent = number.text[number.text.index(after: index)...]
            default: continue
            }
            if exponent != nil { break }
        }
        let tooLarge = ConstraintError.tooLarge(what: "digits in a number", limit: Self.maximumDigits)
        let isZero = digits.allSatisfy { $0 == 0 }
        // An exponent of any size says nothing of zero, and too much of anything else.
        let power = exponent.map { Int($0) ?? .max } ?? 0
        let zeros = digits.prefix { $0 == 0 }.count
        let place = power.magnitude < 1 << 40 ? (point ?? digits.count) - zeros + power : .max
        guard isZero || place.magnitude <= Self.maximumDigits else { throw tooLarge }
        self.init(
            isNegative: !isZero && number.text.utf8.first == UInt8(ascii: "-"),
            digits: isZero ? [] : Array(digits.dropFirst(zeros)), pointAt: isZero ? 0 : place)
        guard integer.count <= Self.maximumDigits, fraction.count <= Self.maximumDigits else { throw tooLarge }
    }

    /// - Parameters:
    ///   - digits: without zeros in front.
    ///   - point: how many digits are before the point; less than none if zeros follow it.
    private init(isNegative: Bool, digits: [UInt8], pointAt point: Int) {
        let zeros = [UInt8](repeating: 0, count: max(0, -point))
        let integer = digits.prefix(max(0, point)) + [UInt8](repeating: 0, count: max(0, point - digits.count))
        var fraction = zeros + digits.dropFirst(max(0, point))
        while fraction.last == 0 { fraction.removeLast() }
        self.isNegative = isNegative
        self.integer = integer.isEmpty ? [0] : Array(integer)
        self.fraction = fraction
    }

    var isZero: Bool { integer == [0] && fraction.isEmpty }

    var negated: ExactDecimal {
        ExactDecimal(isNegative: !isNegative && !isZero, integer: integer, fraction: fraction)
    }

    private init(isNegative: Bool, integer: [UInt8], fraction: [UInt8]) {
        (self.isNegative, self.integer, self.fraction) = (isNegative, integer, fraction)
    }

    init(integer: Int) {
        let digits = String(integer.magnitude).utf8.map { $0 - UInt8(ascii: "0") }
        self.init(isNegative: integer < 0, integer: digits, fraction: [])
    }

    /// The number without its fraction; nil if it has more than 15 digits.
    var integerValue: Int? {
        guard integer.count <= 15 else { return nil }
        let magnitude = integer.reduce(0) { $0 * 10 + Int($1) }
        return isNegative ? -magnitude : magnitude
    }

    /// The number times ten to the power of `-places`.
    func shiftedRight(by places: Int) -> ExactDecimal {
        let digits = Array((integer + fraction).drop { $0 == 0 })
        let zeros = integer.count + fraction.count - digits.count
        return ExactDecimal(
            isNegative: isNegative, digits: digits, pointAt: isZero ? 0 : integer.count - zeros - places)
    }
}

extension ExactDecimal: Comparable {
    static func < (a: ExactDecimal, b: ExactDecimal) -> Bool {
        guard a.isNegative == b.isNegative else { return a.isNegative }
        return a.isNegative ? b.isCloserToZero(than: a) : a.isCloserToZero(than: b)
    }

    private func isCloserToZero(than other: ExactDecimal) -> Bool {
        guard integer.count == other.integer.count else { return integer.count < other.integer.count }
        return (integer + fraction).lexicographicallyPrecedes(other.integer + other.fraction)
    }
}
