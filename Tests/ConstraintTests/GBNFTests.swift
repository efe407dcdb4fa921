import Constraint
import Testing

@Suite struct GBNFTests {
    @Test func theFixturesAreThere() {
        #expect(GrammarCase.all.count == 44 && GrammarCase.all.count { !$0.refused.isEmpty } == 31)
    }

    @Test(arguments: GrammarCase.all)
    func aGrammarAcceptsAndRefusesWhatTheFixturesSay(example: GrammarCase) throws {
        let grammar: Grammar
        do { grammar = try Grammar(gbnf: example.grammar) { GrammarCase.tokens[$0] } } catch {
            #expect(example.isFaulty, "\(error)")
            return
        }
        // Left recursion is found when the automaton is made.
        #expect(!example.isFaulty || example.name.contains("left-recursion"))
        // What is not the delimiter is any number of ordinary tokens; here each byte is one.
        let hasOnlyTokens = example.name == "tokens-negated"
        func accepts(_ text: [TextSymbol]) -> Bool {
            let text = hasOnlyTokens ? text.map(\.asToken) : text
            return ReferenceRecognizer.accepts(text, grammar)
        }
        for text in example.accepted { #expect(accepts(text), "\(text)") }
        for text in example.refused { #expect(!accepts(text), "\(text)") }
    }

    @Test(arguments: [
        ("root ::= nope", 1, 10, "the rule nope is not defined"),
        ("root ::= a b\na ::= \"x\" c\nc ::= b", 1, 12, "the rule b is not defined"),
        ("root ::= \"x\"\r\nroot ::= \"y\"", 2, 1, "the rule root is already defined on line 1"),
        ("a ::= \"x\"", 1, 1, "there is no rule root"), ("", 1, 1, "there is no rule root"),
        ("# only a comment", 1, 1, "there is no rule root"), ("\n  ::= \"a\"", 2, 3, "the name of a rule is expected"),
        ("root \"a\"", 1, 6, "`::=` is expected"), ("root ::= \"a\" \"bc\n", 1, 14, "the literal is not closed"),
        ("root ::= \"a\\", 1, 10, "the literal is not closed"), ("root ::= [abc", 1, 10, "the class is not closed"),
        ("root ::= [a-", 1, 10, "the class is not closed"), ("root ::= []", 1, 10, "the class has no characters"),
        ("root ::= [z-a]", 1, 11, "the range is in the wrong order"),
        ("root ::= (\"a\"", 1, 10, "the group is not closed"),
        ("root ::= (\"a\" ]", 1, 15, "`)` is expected"), ("root ::= \"a\")", 1, 13, "`)` without `(`"),
        ("root ::= \"é\\q\"", 1, 12, "the escape is unknown"), ("root ::= [\\d]", 1, 11, "the escape is unknown"),
        ("root ::= \"\\x4\"", 1, 11, "2 hexadecimal digits are expected"),
        ("root ::= \"\\u004g\"", 1, 11, "4 hexadecimal digits are expected"),
        ("root ::= \"\\U00110000\"", 1, 11, "there is no such character"),
        ("root ::= \"\\uD800\"", 1, 11, "half of a surrogate pair"), ("root ::= \"a\"{2", 1, 15, "`}` is expected"),
        ("root ::= \"a\"{,2}", 1, 14, "a number is expected"),
        ("root ::= \"a\"{3,1}", 1, 13, "the numbers are in the wrong order"),
        ("root ::= \"a\"{2001}", 1, 13, "more than 2000 repetitions"),
        ("root ::= \"a\"{0,2001}", 1, 13, "more than 2000 repetitions"),
        ("root ::= \"a\"{99999999999999999999999}", 1, 13, "more than 2000 repetitions"),
        ("root ::= * \"a\"", 1, 10, "there is nothing to repeat"),
        ("root ::= \"a\" | +", 1, 16, "there is nothing to repeat"),
        ("root ::= \"a\" = \"b\"", 1, 14, "this is neither a part of the rule nor a new line"),
        ("root ::= \"a\"\n  | \"b\"", 2, 3, "the name of a rule is expected"),
        ("root ::= <nope>", 1, 10, "there is no token \"<nope>\""),
        ("root ::= <nope", 1, 10, "the token is not closed"),
        ("root ::= <[x]>", 1, 10, "a token's number is expected"), ("root ::= <[4>", 1, 13, "`]>` is expected"),
        ("root ::= <[99999999999]>", 1, 10, "there is no such token"),
        ("root ::= !\"a\"", 1, 11, "a token is expected after `!`"),
    ])
    func anErrorNamesThePlace(text: String, line: Int, column: Int, reason: String) {
        #expect(throws: ConstraintError.malformedGrammar(line: line, column: column, reason: reason)) {
            _ = try Grammar(gbnf: text) { _ in nil }
        }
    }

    @Test func blanksMayBeWhereLlamaHasThem() throws {
        let text = """
            # A comment.
            root::=(# another
              "a"  |

              b ) { 2 ,
              3 } "." # the last

            b ::=
              [b\\]\\-\\x43-\\u0045] | "\\\\" ? |
            """
        let grammar = try Grammar(gbnf: text) { _ in nil }
        for text in ["ab.", "aaa.", "]-.", "CDE.", "\\\\.", ".", "a."] {
            #expect(ReferenceRecognizer.accepts(text, grammar))
        }
        for text in ["", "aaaa.", "aF.", "a.a"] { #expect(!ReferenceRecognizer.accepts(text, grammar)) }
    }

    @Test func tokensAreLookedUpByTheirTexts() throws {
        var asked: [String] = []
        let grammar = try Grammar(gbnf: "root ::= <|\"|> !<[7]>+ <a b>") {
            asked.append($0)
            return $0 == "<a b>" ? 5 : 6
        }
        #expect(asked == ["<|\"|>", "<a b>"])
        #expect(ReferenceRecognizer.accepts([.token(6), .token(8), .token(5)], grammar))
        #expect(!ReferenceRecognizer.accepts([.token(6), .token(7), .token(5)], grammar))
    }

    @Test func aGrammarOfTooManySymbolsIsRefused() throws {
        let symbols = ConstraintError.tooLarge(what: "symbols in a grammar, repetitions written out", limit: 100_000)
        for text in [
            "root ::= ((\"ab\"{2000}){2000}){2000}", "root ::= (((\"\"{2000}){2000}){2000}){2000}",
            "root ::= \"\(String(repeating: "a", count: 100_001))\"", "root ::= (\"abc\" | [d]){0,2000}{13}",
            "root ::= a{2000}{40}\na ::= \"b\"{2000}{11}",
        ] {
            #expect(throws: symbols) { _ = try Grammar(gbnf: text) { _ in nil } }
        }
        _ = try Grammar(gbnf: "root ::= [a]{0,2000}{50}") { _ in nil }
    }

    @Test func deepNestingIsRefused() throws {
        for text in [
            String(repeating: "(", count: 1 << 20), String(repeating: "\"a\" (", count: 200_000),
            "\"a\"" + String(repeating: "?", count: 1 << 20),
            String(repeating: "(", count: 100) + "\"a\"" + String(repeating: "*", count: 157)
                + String(repeating: ")", count: 100),
        ] {
            #expect {
                _ = try Grammar(gbnf: "root ::= " + text) { _ in nil }
            } throws: { if case ConstraintError.tooLarge = $0 { true } else { false } }
        }
        let deep = String(repeating: "(", count: 128) + "\"a\"" + String(repeating: ")?", count: 128)
        #expect(ReferenceRecognizer.accepts("a", try Grammar(gbnf: "root ::= " + deep) { _ in nil }))
    }

    @Test func aLongGrammarIsReadInLinearTime() throws {
        let rules = (0..<30_000).map { "r\($0) ::= r\(($0 + 1) % 30_000) | [x]\n" }
        let grammar = try Grammar(gbnf: "root ::= r0\n" + rules.joined()) { _ in nil }
        #expect(grammar.rules.count == 30_001)
    }

    @Test func choicesAreTexts() throws {
        let grammar = try Grammar(choices: ["yes", "no", "", "yes\n*"])
        for text in ["yes", "no", "", "yes\n*"] { #expect(ReferenceRecognizer.accepts(text, grammar)) }
        for text in ["y", "yesno", "yes\n"] { #expect(!ReferenceRecognizer.accepts(text, grammar)) }
        #expect(throws: ConstraintError.noChoices) { _ = try Grammar(choices: []) }
    }
}
