import JSON

extension NumberRange {
    /// The range's integers, written without a point or an exponent.
    ///
    /// - Parameters:
    ///   - divisor: if it is not nil, multiples of it only. It may be a fraction.
    ///   - grammar: gets the rules that the expression calls.
    /// - Throws: `unsatisfiable` if there is no such integer or the divisor is not positive, `tooLarge` for divisors
    ///   above 4096 (without zeros at the end) that have more than a thousand multiples in the range, or if bounds and
    ///   divisor together need too many states.
    package func integers(
        multipleOf divisor: JSONNumber? = nil, in grammar: inout Grammar
    ) throws(ConstraintError) -> Expression {
        guard let divisor else { return try numbers(.integers(divisor: 1), in: &grammar) }
        guard let step = IntegerStep(try ExactDecimal(divisor)) else { throw .unsatisfiable }
        guard step.factor <= Self.maximumDivisor else { return try listed(step) }
        guard step.zeros > 0 else { return try numbers(.integers(divisor: step.factor), in: &grammar) }
        // Multiples of 300 are those of 3 with two more zeros, and zero.
        let shifted = NumberRange(
            lower: lower.map { Bound(value: $0.value.shiftedRight(by: step.zeros), isExclusive: $0.isExclusive) },
            upper: upper.map { Bound(value: $0.value.shiftedRight(by: step.zeros), isExclusive: $0.isExclusive) })
        var alternatives: [Expression] = contains(.zero) ? [.literal("0")] : []
        do {
            let others = try shifted.numbers(.integers(divisor: step.factor, excludesZero: true), in: &grammar)
            alternatives.append(.sequence([others, .literal(String(repeating: "0", count: step.zeros))]))
        } catch {
            guard error == .unsatisfiable, !alternatives.isEmpty else { throw error }
        }
        return .choice(alternatives)
    }

    /// The range's numbers, written with or without a point, and without an exponent.
    ///
    /// There may be any number of digits behind the point. Zero may have a minus if it is in the range.
    /// - Throws: `unsatisfiable` if the range is empty.
    package func decimals(in grammar: inout Grammar) throws(ConstraintError) -> Expression {
        try numbers(.decimals, in: &grammar)
    }

    /// The multiples of a large divisor, one by one.
    private func listed(_ step: IntegerStep) throws(ConstraintError) -> Expression {
        let tooLarge = ConstraintError.tooLarge(what: "remainders of a division", limit: Self.maximumDivisor)
        guard let divisor = step.value, let lower = lower?.value.integerValue, let upper = upper?.value.integerValue
        else { throw tooLarge }
        guard lower <= upper else { throw .unsatisfiable }
        // One more at either end, since bounds have lost their fractions.
        let factors = (lower / divisor - 1)...(upper / divisor + 1)
        guard factors.count <= Self.maximumList else { throw tooLarge }
        var multiples: [Expression] = []
        for factor in factors where contains(ExactDecimal(integer: factor * divisor)) {
            multiples.append(.literal(String(factor * divisor)))
        }
        if multiples.isEmpty { throw .unsatisfiable }
        return .choice(multiples)
    }

    private static let maximumDivisor = 4096
    private static let maximumList = 1000
    private static let maximumStates = 20_000

    private func numbers(_ notation: NumberNotation, in grammar: inout Grammar) throws(ConstraintError) -> Expression {
        let reader = NumberReader(range: self, notation: notation)
        let automaton = try CharacterAutomaton(
            from: .start, limit: Self.maximumStates, of: "states of numbers within bounds", isFinal: reader.isFinal,
            transitions: reader.transitions)
        guard !automaton.isEmpty else { throw .unsatisfiable }
        return automaton.expression(named: "number", in: &grammar) { .characters($0) }
    }
}

/// What an integer must be a multiple of to be a multiple of a fraction: `factor` times ten to the power of `zeros`.
private struct IntegerStep {
    var factor: Int
    var zeros = 0

    /// nil for zero and what is below it.
    init?(_ divisor: ExactDecimal) {
        guard !divisor.isNegative, !divisor.isZero else { return nil }
        // n is a multiple of p / 10^k if n 10^k is one of p: if n is one of p without what it shares with 10^k.
        var (twos, fives) = (divisor.fraction.count, divisor.fraction.count)
        var digits = Array((divisor.integer + divisor.fraction).drop { $0 == 0 })
        while twos > 0, let half = IntegerStep.quotient(of: digits, by: 2) { (digits, twos) = (half, twos - 1) }
        while fives > 0, let fifth = IntegerStep.quotient(of: digits, by: 5) { (digits, fives) = (fifth, fives - 1) }
        while digits.last == 0 {
            digits.removeLast()
            zeros += 1
        }
        factor = digits.count > 9 ? .max : digits.reduce(0) { $0 * 10 + Int($1) }
    }

    /// nil if it is above 999 999 999 999.
    var value: Int? {
        let digits = String(factor).count + zeros
        return digits > 12 ? nil : (0..<zeros).reduce(factor) { value, _ in value * 10 }
    }

    /// nil if there is a remainder.
    private static func quotient(of digits: [UInt8], by divisor: UInt8) -> [UInt8]? {
        var remainder: UInt8 = 0
        var quotient: [UInt8] = []
        for digit in digits {
            let value = remainder * 10 + digit
            quotient.append(value / divisor)
            remainder = value % divisor
        }
        return remainder == 0 ? Array(quotient.drop { $0 == 0 }) : nil
    }
}
