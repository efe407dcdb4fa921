import Constraint
import Testing

/// A vocabulary of the 256 bytes and of `texts`; the first token after them ends a text.
func vocabulary(_ texts: [String] = []) -> ConstraintVocabulary {
    let bytes = (UInt8.min...UInt8.max).map { [$0] as [UInt8]? }
    return ConstraintVocabulary(texts: bytes + [nil] + texts.map { Array($0.utf8) }, endTokens: [256])
}

/// Whether an automaton takes a text byte by byte, and may end there. Nil where a byte does not fit.
func mayEnd(_ automaton: ConstraintAutomaton, after text: String) throws -> Bool? {
    var state = ConstrainedText(automaton)
    for byte in text.utf8 where try !state.append(Int32(byte)) { return nil }
    return state.mayEnd
}

/// The same numbers in each run.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 32
    }
}

@Suite struct AutomatonTests {
    private func automaton(_ expression: Expression) throws -> ConstraintAutomaton {
        try ConstraintAutomaton(Grammar(expression), vocabulary: vocabulary())
    }

    @Test func jsonIsTakenAndWhatIsNotIsRefused() throws {
        let json = try ConstraintAutomaton(SampleGrammars.json, vocabulary: vocabulary())
        for text in ["{}", "[1, -2.5e3, true, {\"a\": [null]}]", "\"\\u00e9 🐢\"", "{\n    \"a\": \"b\"\n}", "0"] {
            #expect(try mayEnd(json, after: text) == true, "\(text)")
        }
        for text in ["[1,]", "{\"a\":}", "01", "\"\n\"", "{a", "tru ", "[1 2"] {
            #expect(try mayEnd(json, after: text) == nil, "\(text)")
        }
        for text in ["[1", "\"a", "{\"a\": ", "-", ""] { #expect(try mayEnd(json, after: text) == false, "\(text)") }
    }

    @Test func countsAreKept() throws {
        let triples = try automaton(.repetition(.literal("ab"), min: 2, max: 3))
        #expect(try ["", "ab", "abab", "ababab"].map { try mayEnd(triples, after: $0) } == [false, false, true, true])
        #expect(try mayEnd(triples, after: "abababa") == nil)
        let nested = try automaton(
            .repetition(
                .sequence([.repetition(.literal("a"), min: 2, max: 2), .optional(.literal("b"))]), min: 2, max: 2))
        #expect(try ["aaaa", "aabaab", "aab"].map { try mayEnd(nested, after: $0) } == [true, true, false])
        #expect(try mayEnd(nested, after: "aabb") == nil)
    }

    @Test func roundsThatReadNothingDoNotCount() throws {
        let empty = try automaton(.repetition(.optional(.literal("a")), min: 3, max: 5))
        #expect(try ["", "aaaaa"].map { try mayEnd(empty, after: $0) } == [true, true])
        #expect(try mayEnd(empty, after: "aaaaaa") == nil)
    }

    @Test func allReadingsOfATextAreKept() throws {
        let letters = Expression.characters(CharacterClass("a", "b"))
        let fourth = try automaton(
            .sequence([.repetition(letters, min: 0, max: nil), .literal("b"), .repetition(letters, min: 3, max: 3)]))
        #expect(try mayEnd(fourth, after: "aabbaba") == true)
        #expect(try mayEnd(fourth, after: "aabaabaaa") == true)
        #expect(try mayEnd(fourth, after: "aabaaaab") == false)
    }

    @Test func whatCannotEndIsRefused() {
        let endless = Grammar(
            rules: [.init(name: "t", expression: .sequence([.literal("("), .rule(0), .literal(")")]))], root: 0)
        #expect(throws: ConstraintError.unsatisfiable) {
            try ConstraintAutomaton(endless, vocabulary: vocabulary())
        }
    }

    @Test func leftRecursionIsRefusedByName() {
        let hidden = Grammar(
            rules: [
                .init(
                    name: "sum",
                    expression: .choice([
                        .sequence([.optional(.literal("-")), .rule(0), .literal("+")]), .literal("1"),
                    ]))
            ], root: 0)
        #expect(throws: ConstraintError.leftRecursion(rule: "sum")) {
            try ConstraintAutomaton(hidden, vocabulary: vocabulary())
        }
    }

    @Test func theBytesThatMustFollowAreFound() throws {
        let key = try automaton(.sequence([.literal("{\"name\":"), .choice([.literal("\"a"), .literal("\"b")])]))
        var state = ConstrainedText(key)
        #expect(String(decoding: state.forcedBytes(limit: 100), as: UTF8.self) == "{\"name\":\"")
        #expect(state.forcedBytes(limit: 3).count == 3)
        #expect(try state.append(Int32(UInt8(ascii: "{"))))
        #expect(state.forcedBytes(limit: 100).count == 8)
    }
}

@Suite struct MaskTests {
    /// A mask has exactly the tokens that can be appended.
    private func check(_ text: ConstrainedText, _ vocabulary: ConstraintVocabulary) throws {
        let mask = try text.mask()
        for token in 0..<Int32(vocabulary.count) {
            var next = text
            #expect(try next.append(token) == mask.contains(token), "token \(token)")
        }
    }

    @Test func masksHaveTheTokensThatFit() throws {
        let vocabulary = vocabulary([
            "\"a", "\": ", "\",\"", "},{", "]]", "true", "tr", "hello", " world", "é", "日本", "10", "0.", "\\n", "\\u0",
            "[[", "{\"", "\n  ", "a\"b", "🐢", "\",", "e5",
        ])
        let automaton = try ConstraintAutomaton(SampleGrammars.json, vocabulary: vocabulary)
        for text in ["{\"name\": [1.5e5, \"日本🐢\\n\"], \"b\": {}}", "[[true, false], \"\\u00e9\"]"] {
            var state = ConstrainedText(automaton)
            for byte in text.utf8 {
                try check(state, vocabulary)
                #expect(try state.append(Int32(byte)))
            }
            try check(state, vocabulary)
        }
    }

    @Test func lengthsLimitTheMask() throws {
        let vocabulary = vocabulary(["ab", "abc", "abcd", "é", "éa", "ab\"", "abc\"", "\\n", "a\\n"])
        let string = Grammar(SampleGrammars.jsonString(min: 2, max: 3))
        let automaton = try ConstraintAutomaton(string, vocabulary: vocabulary)
        for text in ["\"abc\"", "\"éa\"", "\"\\n\\nb\""] {
            var state = ConstrainedText(automaton)
            for byte in text.utf8 {
                try check(state, vocabulary)
                #expect(try state.append(Int32(byte)))
            }
        }
    }

    /// Texts that must be complete within some tokens are, whatever is chosen.
    @Test func textsEndWithinTheTokensLeft() throws {
        let vocabulary = vocabulary(["[[", "[[[[", "{\"", "hello", "\": ", "]]", "}}", "\n   "])
        let automaton = try ConstraintAutomaton(SampleGrammars.json, vocabulary: vocabulary)
        var random = Seeded(state: 1)
        for count in 2...60 {
            var text = ConstrainedText(automaton)
            var left = count
            while !text.hasEnded, left > 0 {
                #expect(text.shortestRest + 1 <= left)
                let mask = try text.mask(left: left)
                let admitted = (0..<Int32(vocabulary.count)).filter(mask.contains)
                // Rather anything than the end.
                let token = admitted.filter { $0 != 256 }.randomElement(using: &random) ?? 256
                #expect(try text.append(token))
                left -= 1
            }
            #expect(text.mayEnd)
        }
    }

    @Test func theMaskBeforeTheEndHasAllTokensThatCanBeCompleted() throws {
        let vocabulary = vocabulary(["[[", "hello", "\"]", "]]", "a\"]"])
        let automaton = try ConstraintAutomaton(SampleGrammars.json, vocabulary: vocabulary)
        var text = ConstrainedText(automaton)
        for byte in "[\"b".utf8 { #expect(try text.append(Int32(byte))) }
        for left in 3...8 {
            let mask = try text.mask(left: left)
            for token in 0..<Int32(vocabulary.count) {
                var next = text
                let fits = try next.append(token) && next.shortestRest + 2 <= left
                #expect(mask.contains(token) == fits, "token \(token) of \(left)")
            }
        }
    }

    /// Readings of different lengths, counts far from the end, and calls that are longer than what is left.
    @Test(arguments: [
        ("root ::= ([a-z] | \"(\" [a-z]{5} \")\"){40}", "abc", 40), ("root ::= \"ab\" | [a-z]* \"!!!!!!!!!!\"", "", 12),
        ("root ::= !<[300]>* (<[300]> \"a call of ten\")?", "so", 6),
    ])
    func noReadingOfATextIsTooLongForItsLimit(source: String, begun: String, left: Int) throws {
        let vocabulary = vocabulary(["zzz", "ab", "(ab"] + (0..<60).map { "w\($0)" })
        let automaton = try ConstraintAutomaton(Grammar(gbnf: source) { _ in nil }, vocabulary: vocabulary)
        var text = ConstrainedText(automaton)
        for byte in begun.utf8 { #expect(try text.append(Int32(byte))) }
        for left in left...left + 60 {
            let mask = try text.mask(left: left)
            guard text.shortestRest + 1 <= left else { continue }
            for token in 0..<Int32(vocabulary.count) where token != 256 {
                var next = text
                guard try next.append(token) else { continue }
                let fits = next.shortestRest + 2 <= left || text.mayEnd && next.mayEnd
                #expect(mask.contains(token) == fits, "token \(token) of \(left)")
            }
        }
    }

    @Test func aRoundMayBeginLikeACharacter() throws {
        let vocabulary = vocabulary(["bath", "aaaa", "abab", "aaaaaaa"])
        let grammar = try Grammar(gbnf: "root ::= ([a-z] | \"a\" [a-z]){1,3}") { _ in nil }
        try check(ConstrainedText(ConstraintAutomaton(grammar, vocabulary: vocabulary)), vocabulary)
    }

    @Test func aTokenThatTheVocabularyLacksIsRefusedAtOnce() throws {
        for source in ["root ::= \"a\" <[999999]>", "root ::= \"a\" <[256]>"] {
            let grammar = try Grammar(gbnf: source) { _ in nil }
            #expect(throws: ConstraintError.unsatisfiable) {
                try ConstraintAutomaton(grammar, vocabulary: vocabulary())
            }
        }
    }
}
