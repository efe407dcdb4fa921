import Constraint
import JSON
import Testing

@Suite struct NumberRangeTests {
    @Test func integersAreThoseBetweenTheBounds() throws {
        let bounds: [Int?] = [nil, -100, -99, -12, -10, -1, 0, 1, 9, 10, 19, 100, 101]
        for lower in bounds {
            for upper in bounds {
                for (excludesLower, excludesUpper) in [(false, false), (true, true), (false, true)] {
                    let wanted = (-120...120).filter { value in
                        lower.map { excludesLower ? value > $0 : value >= $0 } ?? true
                            && upper.map { excludesUpper ? value < $0 : value <= $0 } ?? true
                    }
                    var range = NumberRange()
                    if let lower { try range.exclude(below: JSONNumber(lower), isExclusive: excludesLower) }
                    if let upper { try range.exclude(above: JSONNumber(upper), isExclusive: excludesUpper) }
                    let grammar = integers(range)
                    #expect(
                        (-120...120).filter { grammar.accepts(String($0)) } == wanted,
                        "\(String(describing: lower)) to \(String(describing: upper))")
                    #expect(grammar == nil || !wanted.isEmpty)
                    for text in ["", "-", "00", "01", "-01", "-0", "+1", "1.0", "1e1"] {
                        #expect(!grammar.accepts(text))
                    }
                }
            }
        }
    }

    @Test func boundsOfIntegersMayHaveFractionsAndExponents() throws {
        #expect(try accepted(by: integers(range("0.5", "1.05e1")), from: -20...20) == Array(1...10))
        #expect(try accepted(by: integers(range("-2.5e0", "20E-1")), from: -20...20) == Array(-2...2))
        #expect(try integers(range("0.1", "0.9")) == nil)
        #expect(try integers(range("3", "2")) == nil)
    }

    @Test func integersMayHaveAnyNumberOfDigits() throws {
        let grammar = try integers(range("-1e30", "123456789012345678901234567890"))
        for text in ["123456789012345678901234567890", "-1000000000000000000000000000000", "0", "99"] {
            #expect(grammar.accepts(text))
        }
        for text in ["123456789012345678901234567891", "-1000000000000000000000000000001"] {
            #expect(!grammar.accepts(text))
        }
        let open = try integers(range("7", nil))
        #expect(open.accepts(String(repeating: "9", count: 500)) && !open.accepts("6"))
    }

    @Test(arguments: [
        "1", "2", "3", "5", "7", "10", "12", "20", "25", "60", "100", "150", "0.5", "1.5", "0.3", "2.5", "1e2", "1e-3",
    ])
    func multiplesAreThoseOfTheDivisor(text: String) throws {
        let divisor = try #require(JSONNumber(text))
        let step = try #require(
            ["0.5": 1, "1.5": 3, "0.3": 3, "2.5": 5, "1e2": 100, "1e-3": 1][text] ?? Int(text))
        for (lower, upper) in [(nil, nil), (-150, 149), (1, 400), (17, nil), (nil, -3), (-7, -1)] as [(Int?, Int?)] {
            let grammar = try integers(range(lower.map(String.init), upper.map(String.init)), multipleOf: divisor)
            let wanted = (-410...410).filter { $0 % step == 0 && $0 >= lower ?? $0 && $0 <= upper ?? $0 }
            #expect(accepted(by: grammar, from: -410...410) == wanted)
            #expect(!grammar.accepts("-0") && !grammar.accepts("00"))
        }
    }

    @Test func multiplesOfALargeDivisorAreListed() throws {
        let values = (-70_000...70_000).filter { $0 % 1024 == 0 }
        let grammar = try integers(range("-16384.5", "4.9152e4"), multipleOf: JSONNumber(16384))
        #expect(values.filter { grammar.accepts(String($0)) } == [-16384, 0, 16384, 32768, 49152])
        let exclusive = try integers(range("-49152", "0", isExclusive: true), multipleOf: JSONNumber(16384))
        #expect(values.filter { exclusive.accepts(String($0)) } == [-32768, -16384])
        #expect(try integers(range("1", "16383"), multipleOf: JSONNumber(16384)) == nil)
        #expect(try integers(range("6", "1"), multipleOf: JSONNumber(16384)) == nil)
        let week = try integers(range("0", "2000000"), multipleOf: JSONNumber(604_800))
        for value in 0...3 { #expect(week.accepts(String(value * 604_800))) }
        #expect(!week.accepts("2419200") && !week.accepts("60480"))
    }

    @Test func aDivisorThatIsTooLargeIsRefused() throws {
        var grammar = Grammar(.empty)
        #expect(throws: ConstraintError.tooLarge(what: "remainders of a division", limit: 4096)) {
            _ = try NumberRange().integers(multipleOf: JSONNumber(4099), in: &grammar)
        }
        #expect(throws: ConstraintError.tooLarge(what: "remainders of a division", limit: 4096)) {
            _ = try range("0", "5000000").integers(multipleOf: JSONNumber(4099), in: &grammar)
        }
        for text in ["0", "-3"] {
            let divisor = try #require(JSONNumber(text))
            #expect(throws: ConstraintError.unsatisfiable) {
                _ = try NumberRange().integers(multipleOf: divisor, in: &grammar)
            }
        }
        let million = integers(NumberRange(), multipleOf: JSONNumber(3_000_000))
        #expect(million.accepts("-9000000") && million.accepts("0") && !million.accepts("1000000"))
    }

    /// Decimals of up to three digits in front of the point and three behind it, in every way that they are written.
    private static let decimals: [(text: String, value: Int)] = {
        var decimals: [(String, Int)] = []
        for integer in [0, 1, 2, 9, 10, 11, 20, 99, 100] {
            decimals.append(("\(integer)", integer * 1000))
            for digits in 1...3 {
                let scale = [10, 100, 1000][digits - 1]
                for fraction in [0, 1, 4, 5, 6, 9, 10, 49, 50, 51, 90, 499, 500, 501, 999] where fraction < scale {
                    let zeros = String(repeating: "0", count: digits - String(fraction).count)
                    decimals.append(("\(integer).\(zeros)\(fraction)", integer * 1000 + fraction * 1000 / scale))
                }
            }
        }
        return decimals + decimals.map { ("-" + $0, -$1) }
    }()

    @Test func decimalsAreThoseBetweenTheBounds() throws {
        let bounds: [(String, Int)?] = [
            nil, ("-10", -10_000), ("-1.5", -1500), ("-0.05", -50), ("0", 0), ("0.5", 500), ("0.501", 501),
            ("15e-1", 1500), ("10.05", 10_050), ("1e2", 100_000),
        ]
        for lower in bounds {
            for upper in bounds {
                for isExclusive in [false, true] {
                    let range = try range(lower?.0, upper?.0, isExclusive: isExclusive)
                    let grammar = decimals(range)
                    let wanted = Self.decimals.filter { _, value in
                        isExclusive
                            ? value > lower?.1 ?? .min && value < upper?.1 ?? .max
                            : value >= lower?.1 ?? .min && value <= upper?.1 ?? .max
                    }
                    let found = Self.decimals.filter { grammar.accepts($0.text) }
                    #expect(
                        found.map(\.text) == wanted.map(\.text), "\(lower?.0 ?? "") to \(upper?.0 ?? "")")
                    for (text, value) in [("0.5", 500), ("-10.000", -10_000)] {
                        let number = try #require(JSONNumber(text))
                        let isWanted = wanted.contains { $0.value == value }
                        #expect(try range.contains(number) == isWanted)
                    }
                }
            }
        }
    }

    @Test func zeroIsExactlyLeftOut() throws {
        let positive = try decimals(range("0", nil, isExclusive: true))
        for text in ["0", "0.0", "-0", "-0.0", "-1", "0.", ".5", "1.", "01", "1e1", ""] {
            #expect(!positive.accepts(text))
        }
        for text in ["0.1", "0.000000000000000000001", "5", "1000.25"] { #expect(positive.accepts(text)) }
        let negative = try decimals(range(nil, "0"))
        for text in ["0", "0.00", "-0", "-0.0", "-3.5"] { #expect(negative.accepts(text)) }
        #expect(!negative.accepts("0.01"))
    }

    @Test func theTighterBoundCounts() throws {
        var range = try range("1", "9")
        try range.exclude(below: JSONNumber(0), isExclusive: true)
        try range.exclude(below: JSONNumber(1), isExclusive: true)
        try range.exclude(above: JSONNumber(7))
        try range.exclude(above: JSONNumber(8), isExclusive: true)
        #expect(accepted(by: integers(range), from: -20...20) == Array(2...7))
        #expect(!range.isEmpty && !range.isEverything && NumberRange().isEverything)
        try range.exclude(below: JSONNumber(7), isExclusive: true)
        #expect(range.isEmpty)
    }

    @Test(arguments: ["1e401", "1e-401", "1e99999999999999999999", "-1e-99999999999999999999", "1e9223372036854775807"])
    func aBoundOfTooManyDigitsIsRefused(text: String) throws {
        let number = try #require(JSONNumber(text))
        #expect(throws: ConstraintError.tooLarge(what: "digits in a number", limit: 400)) {
            var range = NumberRange()
            try range.exclude(below: number)
        }
        let zero = try #require(JSONNumber("0e99999999999999999999"))
        var range = NumberRange()
        try range.exclude(below: zero)
        #expect(integers(range).accepts("0"))
    }
}

extension NumberRangeTests {
    private func range(_ lower: String?, _ upper: String?, isExclusive: Bool = false) throws -> NumberRange {
        var range = NumberRange()
        if let lower { try range.exclude(below: #require(JSONNumber(lower)), isExclusive: isExclusive) }
        if let upper { try range.exclude(above: #require(JSONNumber(upper)), isExclusive: isExclusive) }
        return range
    }

    /// nil if there is no such integer.
    private func integers(_ range: NumberRange, multipleOf divisor: JSONNumber? = nil) -> Grammar? {
        grammar { (grammar) throws(ConstraintError) in try range.integers(multipleOf: divisor, in: &grammar) }
    }

    private func decimals(_ range: NumberRange) -> Grammar? {
        grammar { (grammar) throws(ConstraintError) in try range.decimals(in: &grammar) }
    }

    private func grammar(_ body: (inout Grammar) throws(ConstraintError) -> Expression) -> Grammar? {
        var grammar = Grammar(.never)
        do {
            grammar.rules[0].expression = try body(&grammar)
            return grammar
        } catch {
            #expect(error == .unsatisfiable)
            return nil
        }
    }

    private func accepted(by grammar: Grammar?, from values: ClosedRange<Int>) -> [Int] {
        values.filter { grammar.accepts(String($0)) }
    }
}

extension Grammar? {
    fileprivate func accepts(_ text: String) -> Bool { map { ReferenceRecognizer.accepts(text, $0) } ?? false }
}
