import Constraint
import JSON
import Testing

/// What grammars, patterns and numbers say, on the automaton instead of the slow recognizer.
@Suite struct CompiledGrammarTests {
    /// Tokens with Gemma's numbers, and the 256 bytes.
    private static let vocabulary: ConstraintVocabulary = {
        var texts = [[UInt8]?](repeating: nil, count: Int(TextSymbol.firstByteToken))
        texts += (UInt8.min...UInt8.max).map { [$0] }
        return ConstraintVocabulary(texts: texts, endTokens: [1])
    }()

    private func accepts(_ text: [TextSymbol], _ automaton: ConstraintAutomaton) throws -> Bool {
        var state = ConstrainedText(automaton)
        for symbol in text {
            guard case .token(let token) = symbol.asToken, try state.append(token) else { return false }
        }
        return state.mayEnd
    }

    @Test(arguments: GrammarCase.all)
    func aGrammarAcceptsAndRefusesWhatTheFixturesSay(example: GrammarCase) throws {
        let automaton: ConstraintAutomaton
        do {
            let grammar = try Grammar(gbnf: example.grammar) { GrammarCase.tokens[$0] }
            automaton = try ConstraintAutomaton(grammar, vocabulary: Self.vocabulary)
        } catch {
            #expect(example.isFaulty, "\(error)")
            if example.name.contains("left-recursion"), case .leftRecursion = error { return }
            #expect(!example.name.contains("left-recursion"))
            return
        }
        #expect(!example.isFaulty)
        for text in example.accepted { #expect(try accepts(text, automaton), "\(text)") }
        for text in example.refused { #expect(try !accepts(text, automaton), "\(text)") }
    }

    @Test(arguments: PatternCase.all)
    func aPatternMatchesWhatPythonMatches(example: PatternCase) throws {
        for (isWhole, longest) in [(true, nil), (false, nil), (false, 3)] as [(Bool, Int?)] {
            let wanted = example.matches(isWhole: isWhole).filter { $0.unicodeScalars.count <= longest ?? .max }
            var grammar = Grammar(.never)
            let automaton: ConstraintAutomaton
            do {
                grammar.rules[0].expression = try Pattern(example.pattern, isWhole: isWhole)
                    .expression(maxLength: longest, in: &grammar)
                automaton = try ConstraintAutomaton(grammar, vocabulary: Self.vocabulary)
            } catch {
                #expect(error == .unsatisfiable && wanted.isEmpty, "\(error)")
                continue
            }
            #expect(try example.texts.filter { try accepts(TextSymbol.text($0), automaton) } == wanted)
        }
    }

    @Test func numbersAreThoseBetweenTheBounds() throws {
        for (lower, upper, step) in [(-130, 99, nil), (7, 1000, 7), (-1001, -10, 3), (0, 0, nil)] as [(Int, Int, Int?)]
        {
            var range = NumberRange()
            try range.exclude(below: JSONNumber(lower))
            try range.exclude(above: JSONNumber(upper))
            var grammar = Grammar(.never)
            grammar.rules[0].expression = try range.integers(multipleOf: step.map { JSONNumber($0) }, in: &grammar)
            let automaton = try ConstraintAutomaton(grammar, vocabulary: Self.vocabulary)
            #expect(
                try (-1100...1100).filter { try accepts(TextSymbol.text(String($0)), automaton) }
                    == (lower...upper).filter { $0 % (step ?? 1) == 0 })
        }
    }
}
