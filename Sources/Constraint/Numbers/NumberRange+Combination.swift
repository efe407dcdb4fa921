extension NumberRange {
    /// The numbers that are in both ranges.
    func intersection(_ other: NumberRange) -> NumberRange {
        var (lower, upper) = (lower, upper)
        if let bound = other.lower {
            let excludesMore = lower.map { $0.value < bound.value || $0.value == bound.value && bound.isExclusive }
            if excludesMore ?? true { lower = bound }
        }
        if let bound = other.upper {
            let excludesMore = upper.map { bound.value < $0.value || bound.value == $0.value && bound.isExclusive }
            if excludesMore ?? true { upper = bound }
        }
        return NumberRange(lower: lower, upper: upper)
    }
}

extension ExactDecimal {
    /// - Parameter divisor: above zero.
    /// - Throws: `tooLarge` if the divisor has more than 18 digits.
    func isMultiple(of divisor: ExactDecimal) throws(ConstraintError) -> Bool {
        let places = max(fraction.count, divisor.fraction.count)
        func digits(_ number: ExactDecimal) -> [UInt8] {
            number.integer + number.fraction + [UInt8](repeating: 0, count: places - number.fraction.count)
        }
        let divisor = digits(divisor).drop { $0 == 0 }
        guard divisor.count <= 18 else { throw .tooLarge(what: "digits of a divisor", limit: 18) }
        let whole = divisor.reduce(0) { $0 * 10 + UInt64($1) }
        return digits(self).reduce(0) { ($0 * 10 + UInt64($1)) % whole } == 0
    }
}
