import Constraint
import Testing

/// Masks take ways that single tokens do not: sets, spans, equal counts. Both must say the same everywhere.
@Suite struct MaskFixtureTests {
    /// The bytes, and what real vocabularies have: stretches of the texts of all fixtures, long runs, parts of
    /// characters.
    private static let vocabulary: ConstraintVocabulary = {
        var texts: Set<String> = [
            "\"},{\"", "                ", "aaaaaaaaaaaaaaaa", "日本語日本語", "🐢🐢🐢", "\\u00", "e\u{301}",
        ]
        for text in SchemaCase.all.flatMap({ $0.accepted + $0.refused }) where text.count < 200 {
            let characters = Array(text)
            for start in characters.indices where start % 3 == 0 {
                for length in 2...6 where start + length <= characters.count {
                    texts.insert(String(characters[start..<start + length]))
                }
            }
        }
        var all: [[UInt8]?] = (UInt8.min...UInt8.max).map { [$0] }
        all += [nil, Array("🐢".utf8.prefix(3)), Array("🐢".utf8.suffix(2)) + [0x61], Array("日本".utf8.prefix(4))]
        all += texts.sorted().map { Array($0.utf8) }
        return ConstraintVocabulary(texts: all, endTokens: [256])
    }()

    private func check(_ grammar: Grammar, _ texts: [String]) throws {
        let automaton = try ConstraintAutomaton(grammar, vocabulary: Self.vocabulary)
        for text in texts {
            var state = ConstrainedText(automaton)
            // Repetitions of a long text are the same over and over.
            for (place, byte) in text.utf8.prefix(300).enumerated() {
                if place < 40 || place > 280 { try check(state) }
                #expect(try state.append(Int32(byte)))
            }
            try check(state)
        }
    }

    private func check(_ state: ConstrainedText) throws {
        let mask = try state.mask()
        var logits = [Float](repeating: 0, count: Self.vocabulary.count + 10)
        logits.withUnsafeMutableBufferPointer { mask.exclude(from: $0) }
        var admitted: [Int32] = []
        for token in 0..<Int32(Self.vocabulary.count) {
            var next = state
            if try next.append(token) { admitted.append(token) }
        }
        #expect((0..<Int32(Self.vocabulary.count)).filter(mask.contains) == admitted)
        #expect(logits.indices.filter { logits[$0] == 0 }.map(Int32.init) == admitted)
        if let few = mask.few { #expect(few == admitted) }
    }

    @Test(arguments: SchemaCase.all.filter { $0.faultyKeyword == nil && !$0.accepted.isEmpty })
    func aMaskOfASchemaHasTheTokensThatFit(example: SchemaCase) throws {
        try check(Grammar(jsonSchema: example.schema), example.accepted)
    }

    @Test(arguments: [
        "root ::= [^\"]{2,5} \"\\\"\"", "root ::= [a-z]{0,3} [a-z0-9]*", "root ::= ([a-z]{1,4} \" \"){2,3}",
        "root ::= [ab]* \"b\" [ab]{3}", "root ::= .{3,6} \"!\"?", "root ::= ([a-c]+ | [b-f]{2,20}) \"!\"",
    ])
    func countsAndSpansDoNotChangeAMask(grammar: String) throws {
        let grammar = try Grammar(gbnf: grammar) { _ in nil }
        let texts = ["日本\"", "abc1", "ab cd ", "ababa", "日本!a", "bbb!"]
        let fitting = texts.filter { ReferenceRecognizer.accepts($0, grammar) }
        #expect(!fitting.isEmpty)
        try check(grammar, fitting)
    }
}
