import Constraint
import JSON
import Testing
import Tokenizer

/// Constraints built to take long, to fill the memory or to overflow the stack are refused, or work.
@Suite(.serialized) struct HostileTests {
    /// With slack for a busy machine: the slowest takes a quarter of a second.
    private static let longest = Duration.seconds(10)

    @Test(arguments: HostileConstraint.grammars + HostileConstraint.patterns + HostileConstraint.schemas)
    func everyConstraintIsRefusedOrWorks(_ constraint: HostileConstraint) throws {
        let clock = ContinuousClock()
        let start = clock.now
        var written = 0
        do {
            let automaton = try ConstraintAutomaton(constraint.grammar(), vocabulary: HostileVocabulary.tree)
            var text = ConstrainedText(automaton)
            var random = SeededNumbers(seed: 1)
            while written < 200 {
                let mask = try text.mask()
                let admitted = HostileVocabulary.all.filter(mask.contains)
                let token = try #require(admitted.randomElement(using: &random))
                #expect(try text.append(token))
                if token == HostileVocabulary.end { break }
                written += 1
            }
        } catch let error as ConstraintError {
            #expect(!error.description.isEmpty)
        }
        #expect(clock.now - start < Self.longest, "after \(written) tokens")
    }

    // MARK: - What must work

    private func isComplete(_ text: String, _ grammar: String) throws -> Bool {
        let automaton = try ConstraintAutomaton(
            Grammar(gbnf: grammar) { _ in nil }, vocabulary: HostileVocabulary.tree)
        var written = ConstrainedText(automaton)
        let clock = ContinuousClock()
        let start = clock.now
        for byte in text.utf8 {
            guard try written.mask().contains(HostileVocabulary.byte(byte)) else { return false }
            guard try written.append(HostileVocabulary.byte(byte)) else { return false }
        }
        #expect(clock.now - start < Self.longest)
        return written.mayEnd
    }

    private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    @Test func aTextMayNestAThousandLevelsDeep() throws {
        let brackets = #"root ::= "[" root? "]""#
        #expect(try isComplete(times("[", 1000) + times("]", 1000), brackets))
        #expect(try !isComplete(times("[", 1000) + times("]", 999), brackets))
        #expect(try !isComplete(times("[", 1000) + times("]", 1001), brackets))
        #expect(try !isComplete(times("[", 100_000), brackets))
    }

    /// There are 2^n ways to end a text that has begun with n of them.
    @Test func equalBeginningsAreFollowedOnce() throws {
        let grammar = #"root ::= "x" root "y" | "x" root "z" | "w""#
        #expect(try isComplete(times("x", 900) + "w" + times("yzz", 300), grammar))
        #expect(try !isComplete(times("x", 900) + "w" + times("yzz", 300) + "y", grammar))
    }

    /// The number of ways to read n of them has more than n digits in base 3.
    @Test func anAmbiguousTextIsReadOnce() throws {
        #expect(try isComplete(times("a", 601), #"root ::= "a" root root | "a""#))
        #expect(try !isComplete(times("a", 600), #"root ::= "a" root root | "a""#))
        #expect(try isComplete(times("a", 600) + "b", #"root ::= ("a" | "aa" | "aaa")* "b""#))
    }

    /// A finite automaton of it has 2^30 states.
    @Test func statesAreMadeAsTheyAreNeeded() throws {
        let grammar = #"root ::= [ab]* "a" [ab]{30}"#
        #expect(try isComplete(times("abb", 300) + "a" + times("ba", 15), grammar))
        #expect(try !isComplete(times("abb", 300) + "b" + times("ba", 15), grammar))
    }

    @Test(arguments: [
        #"root ::= root "a" | "b""#, "root ::= x root \"a\" | \"b\"\nx ::= \"y\"?",
        "root ::= a\na ::= b \"x\" | \"a\"\nb ::= a \"y\"", #"root ::= ("a"? root)+ | "b""#,
    ])
    func leftRecursionIsNamed(_ source: String) throws {
        let error = #expect(throws: ConstraintError.self) {
            try ConstraintAutomaton(Grammar(gbnf: source) { _ in nil }, vocabulary: HostileVocabulary.tree)
        }
        guard case .leftRecursion? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

/// A token for each byte and the end, with some letters of more than one.
enum HostileVocabulary {
    static let end: TokenID = 1
    private static let firstByte: TokenID = 4

    private static let tokens: [(text: String, type: TokenType)] =
        ["<pad>", "<eos>", "<bos>", "<unk>"].map { ($0, .control) }
        + (UInt8.min...UInt8.max).map { (ByteToken.text(of: $0), .byte) }
        + ["a", "b", "aa", "ab", "ba", "aaaa", "\"", "\"a\"", "{\"", "\":", "[[", "]]", "0", "00", "10"].map {
            ($0, .normal)
        }

    static let tree: ConstraintVocabulary = {
        do {
            let vocabulary = try Vocabulary(tokens: tokens.map { Array($0.text.utf8) }, types: tokens.map(\.type))
            return try ConstraintVocabulary(BPETokenizer(vocabulary, merges: [[UInt8]]()))
        } catch {
            fatalError("\(error)")
        }
    }()

    static var all: Range<TokenID> { 0..<TokenID(tokens.count) }
    static func byte(_ byte: UInt8) -> TokenID { firstByte + TokenID(byte) }
}

private struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 32
    }
}
