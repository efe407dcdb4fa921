import JSON

/// The numbers between two bounds, exactly.
package struct NumberRange: Sendable, Hashable {
    struct Bound: Sendable, Hashable {
        var value: ExactDecimal
        var isExclusive: Bool
    }

    private(set) var lower: Bound?
    private(set) var upper: Bound?

    /// All numbers.
    package init() {}

    init(lower: Bound?, upper: Bound?) { (self.lower, self.upper) = (lower, upper) }

    /// Leaves out the numbers below `minimum`, and `minimum` itself if it is exclusive.
    ///
    /// Throws `tooLarge` for numbers of more than 400 digits, as do the other methods.
    package mutating func exclude(below minimum: JSONNumber, isExclusive: Bool = false) throws(ConstraintError) {
        let bound = Bound(value: try ExactDecimal(minimum), isExclusive: isExclusive)
        guard let lower, bound.value < lower.value || bound.value == lower.value && !isExclusive else {
            lower = bound
            return
        }
    }

    /// Leaves out the numbers above `maximum`, and `maximum` itself if it is exclusive.
    package mutating func exclude(above maximum: JSONNumber, isExclusive: Bool = false) throws(ConstraintError) {
        let bound = Bound(value: try ExactDecimal(maximum), isExclusive: isExclusive)
        guard let upper, bound.value > upper.value || bound.value == upper.value && !isExclusive else {
            upper = bound
            return
        }
    }

    /// Whether there is no bound.
    package var isEverything: Bool { lower == nil && upper == nil }

    /// Whether no number lies between the bounds. There may be numbers, but no integers.
    package var isEmpty: Bool {
        guard let lower, let upper else { return false }
        return lower.value > upper.value
            || lower.value == upper.value && (lower.isExclusive || upper.isExclusive)
    }

    package func contains(_ number: JSONNumber) throws(ConstraintError) -> Bool {
        contains(try ExactDecimal(number))
    }

    func contains(_ value: ExactDecimal) -> Bool {
        if let lower, value < lower.value || value == lower.value && lower.isExclusive { return false }
        if let upper, value > upper.value || value == upper.value && upper.isExclusive { return false }
        return true
    }
}

extension NumberRange {
    /// The absolute values of the range's negative numbers, or those of the others. nil where there are no bounds that
    /// numbers of that sign could be within.
    ///
    /// Zero counts as either, since it can be written with a minus.
    func magnitudes(isNegative: Bool) -> NumberRange? {
        func turned(_ bound: Bound?) -> Bound? {
            bound.map { Bound(value: isNegative ? $0.value.negated : $0.value, isExclusive: $0.isExclusive) }
        }
        let (lower, upper) = isNegative ? (turned(upper), turned(lower)) : (lower, upper)
        if let upper, upper.value.isNegative { return nil }
        // Nothing has an absolute value below zero.
        return NumberRange(lower: lower.flatMap { $0.value.isNegative ? nil : $0 }, upper: upper)
    }
}
