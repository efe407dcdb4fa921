import Constraint
import Testing

@Suite struct PatternLimitTests {
    @Test(arguments: [
        ("^(a", 1, "the group is not closed"), ("a)", 1, "`)` without `(`"), ("*a", 0, "there is nothing to repeat"),
        ("a|+", 2, "there is nothing to repeat"), ("a**", 2, "there is nothing to repeat"),
        ("{2}", 0, "there is nothing to repeat"), ("é^*", 2, "an anchor cannot be repeated"),
        ("a{3,1}", 1, "the numbers are in the wrong order"), ("[z-a]", 1, "the range is in the wrong order"),
        ("a[b", 1, "the class is not closed"), ("[", 0, "the class is not closed"),
        ("a\\", 1, "a backslash at the end"),
        ("[\\", 1, "a backslash at the end"), ("\\bab", 0, "word boundaries are not supported"),
        ("[\\B]", 1, "word boundaries are not supported"), ("(a)\\1", 3, "back references are not supported"),
        ("\\k<a>", 0, "back references are not supported"), ("\\01", 0, "octal numbers are not supported"),
        ("[\\1]", 1, "octal numbers are not supported"), ("a(?=b)", 1, "look-around is not supported"),
        ("(?!b)", 0, "look-around is not supported"), ("(?<=b)", 0, "look-around is not supported"),
        ("(?<!b)", 0, "look-around is not supported"), ("(?i)a", 0, "groups of this kind are not supported"),
        ("(?i:a)", 0, "groups of this kind are not supported"), ("(?", 0, "groups of this kind are not supported"),
        ("(?<a", 0, "the group's name is not closed"), ("(?<>a)", 0, "the group's name is not closed"),
        ("\\q", 0, "the escape is unknown"), ("\\x4", 0, "two hexadecimal digits are expected"),
        ("\\u12", 0, "four hexadecimal digits are expected"),
        ("\\u{110000}", 0, "a hexadecimal code point is expected"),
        ("\\u{", 0, "a hexadecimal code point is expected"), ("\\c1", 0, "a letter is expected"),
        ("\\p{Klingon}", 0, "the property \"Klingon\" is not supported"), ("\\pL", 0, "`{` is expected"),
        ("\\p{Script=Greek}", 0, "the property \"Script=Greek\" is not supported"),
        ("\\p{L", 0, "the property's name is not closed"),
    ])
    func anErrorNamesThePlace(pattern: String, offset: Int, reason: String) {
        #expect(throws: ConstraintError.malformedPattern(pattern: pattern, offset: offset, reason: reason)) {
            _ = try Pattern(pattern)
        }
    }

    @Test(arguments: [
        "(a{1,1000}){1,1000}", "a{100001}", "a{1,99999999999999999999}", "((((a{1000}){1000}){1000}){1000}){1000}",
        "(|){1000000}", String(repeating: "a", count: 200_000), String(repeating: "(", count: 1 << 20),
        String(repeating: "(?:", count: 1 << 18), String(repeating: "a|(", count: 300_000),
        "[" + String(repeating: "\\p{L}\\p{Lu}", count: 20_000) + "]{100001}",
        "x" + String(repeating: "[\\p{L}]", count: 2000),
    ])
    func aPatternThatIsTooLargeIsRefused(pattern: String) {
        #expect { _ = try Pattern(pattern) } throws: { $0.isTooLarge }
    }

    /// Their automata would have very many states, which a length needs.
    @Test(arguments: [
        "(a|b)*a(a|b){20}$", "(.*a){30}", "^(x{0,300}y{0,300}){60}$", "^(a?){5000}b$",
        "([a-f]|[b-g]|[c-h]){20}[d-i]*x.{15}y",
        String((0..<1100).map { Character(Unicode.Scalar($0 + 0x4E00) ?? " ") }),
    ])
    func anAutomatonThatIsTooLargeIsRefused(pattern: String) throws {
        let pattern = try Pattern(pattern)
        var grammar = Grammar(.never)
        #expect {
            _ = try pattern.expression(minLength: 5, maxLength: 10_000, in: &grammar)
        } throws: { $0.isTooLarge }
        _ = try pattern.expression(in: &grammar)
    }

    @Test func aClassMayHaveAnyLength() throws {
        var grammar = Grammar(.never)
        let expression = try Pattern("^[a-z]+$").expression(minLength: 5, maxLength: 1_000_000, in: &grammar)
        #expect(expression == .repetition(.characters(CharacterClass("a"..."z")), min: 5, max: 1_000_000))
        #expect(
            try Pattern("").expression(maxLength: 7, in: &grammar) == .repetition(.characters(.all), min: 0, max: 7))
        #expect(grammar.rules.count == 1)
    }

    @Test func lengthsThatOnlyTheEndCountsNeedFewRules() throws {
        var grammar = Grammar(.never)
        grammar.rules[0].expression = try Pattern("^[A-Z][a-z]*$").expression(maxLength: 200, in: &grammar)
        #expect(grammar.rules.count == 2)
        for (count, isShort) in [(1, true), (200, true), (201, false)] {
            let text = "A" + String(repeating: "b", count: count - 1)
            #expect(ReferenceRecognizer.accepts(text, grammar) == isShort)
        }
    }

    @Test func anImpossiblePatternIsUnsatisfiable() throws {
        var grammar = Grammar(.never)
        for (pattern, shortest, longest) in [
            ("a^b", 0, nil), ("[]", 0, nil), ("^a[]$|b$c", 0, nil), ("abc", 0, 2), ("^a{2,3}$", 4, nil), ("", 3, 2),
            ("^(ab|abcd)$", 3, 3), ("^(ab|abcd)$", 5, nil), ("\\uD800", 0, nil),
        ] as [(String, Int, Int?)] {
            #expect(throws: ConstraintError.unsatisfiable, "\(pattern)") {
                _ = try Pattern(pattern).expression(minLength: shortest, maxLength: longest, in: &grammar)
            }
        }
        #expect(throws: ConstraintError.unsatisfiable) { _ = try Grammar(regularExpression: "a$b") }
    }

    @Test(arguments: [
        ("^a", "^b", true), ("^a", "b$", false), ("^x-", "^[^x]", true), ("a", "b", false),
        ("^[a-m]+$", "^[n-z]+$", true),
        ("^[a-m]*$", "^[n-z]*$", false), ("^.{2}$", "^.{3}$", true), ("^\\d+$", "^[1-9]$", false), ("[]", "", true),
    ])
    func disjointPatternsAreFound(a: String, b: String, areDisjoint: Bool) throws {
        #expect(try Pattern(a).isDisjoint(from: Pattern(b)) == areDisjoint)
        #expect(try Pattern(b).isDisjoint(from: Pattern(a)) == areDisjoint)
    }

    /// Each of its states has hundreds of ranges.
    @Test func manyRangesInManyStatesAreRefused() throws {
        let letters = try Pattern(String(repeating: "\\p{L}", count: 100))
        #expect { _ = try letters.isDisjoint(from: Pattern("(x|y)*a.{8}")) } throws: { $0.isTooLarge }
        var grammar = Grammar(.never)
        #expect { _ = try letters.expression(maxLength: 600, in: &grammar) } throws: { $0.isTooLarge }
    }

    @Test func anIntersectionMatchesWhatBothMatch() throws {
        let examples = PatternCase.all.filter { $0.alphabet == "ab" && $0.length == 5 }.suffix(40)
        for (a, b) in zip(examples, examples.reversed()) where a.pattern != b.pattern {
            let wanted = Set(a.matches(isWhole: false)).intersection(b.matches(isWhole: false))
            var grammar = Grammar(.never)
            do {
                grammar.rules[0].expression = try Pattern(a.pattern).intersection(Pattern(b.pattern))
                    .expression(in: &grammar)
            } catch {
                #expect(error == .unsatisfiable && wanted.isEmpty)
                continue
            }
            #expect(
                a.texts.filter { ReferenceRecognizer.accepts($0, grammar) } == a.texts.filter(wanted.contains),
                "\(a.pattern) and \(b.pattern)")
        }
    }

    @Test func charactersAreWrittenAsAsked() throws {
        var grammar = Grammar(.never)
        // As in JSON: a quote has a backslash, and is one character.
        grammar.rules[0].expression = try Pattern("^\"?[a-c\"]+x$").expression(maxLength: 3, in: &grammar) {
            characters in
            let plain = characters.subtracting(CharacterClass("\""))
            return .choice([.characters(plain)] + (characters.contains("\"") ? [.literal("\\\"")] : []))
        }
        for text in ["ax", "abx", "\\\"\\\"x", "\\\"ax"] { #expect(ReferenceRecognizer.accepts(text, grammar)) }
        for text in ["\"x", "abcx", "\\\"\\\"\\\"x", "x"] { #expect(!ReferenceRecognizer.accepts(text, grammar)) }
    }

    @Test func longWaysToWriteACharacterAreSharedByAllStates() throws {
        var grammar = Grammar(.never)
        let escape = Expression.sequence([.literal("\\u00"), .repetition(.characters(.all), min: 2, max: 2)])
        grammar.rules[0].expression = try Pattern("^[^x]+x[^x]+$").expression(maxLength: 50, in: &grammar) {
            .choice([.literal("\\n"), .characters($0), escape])
        }
        let copies = grammar.rules.filter { $0.expression == .choice([.literal("\\n"), escape]) }
        #expect(copies.count == 2)  // for either class
        for text in ["axb", "\\u0041x\\n", "a\\u0041\\u0078b"] { #expect(ReferenceRecognizer.accepts(text, grammar)) }
        for text in ["ab", "\\u004", "xx"] { #expect(!ReferenceRecognizer.accepts(text, grammar)) }
    }

    @Test func propertiesAreUnicodes() throws {
        for (pattern, accepted, refused) in [
            ("\\p{L}", ["a", "é", "ж", "日"], ["1", "_", "🐢"]), ("\\p{Lu}", ["A", "Ж"], ["a", "1"]),
            ("\\p{Uppercase_Letter}", ["A"], ["a"]), ("\\p{gc=Nd}", ["1", "٣"], ["a"]),
            ("\\P{Letter}", ["1", "🐢"], ["a", "日"]), ("[\\p{L}\\p{N}_-]", ["a", "7", "_", "-", "½"], [" ", "."]),
            ("\\p{ASCII}", ["a", "\n"], ["é"]), ("\\p{Alphabetic}", ["é"], ["1"]), ("\\p{Any}", ["🐢"], [""]),
            ("\\p{White_Space}", [" ", "\u{85}"], ["\u{FEFF}", "a"]), ("\\p{Sc}", ["€", "$"], ["+"]),
        ] {
            let grammar = try Grammar(regularExpression: pattern)
            for text in accepted { #expect(ReferenceRecognizer.accepts(text, grammar), "\(pattern) \(text)") }
            for text in refused { #expect(!ReferenceRecognizer.accepts(text, grammar), "\(pattern) \(text)") }
        }
    }
}

extension Error {
    fileprivate var isTooLarge: Bool { if case .tooLarge = self as? ConstraintError { true } else { false } }
}
