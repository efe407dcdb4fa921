extension CharacterAutomaton {
    /// Writes the automaton as rules, each of which calls another one at its very end.
    ///
    /// - Parameters:
    ///   - grammar: gets the rules.
    ///   - name: of the rules, for messages.
    ///   - writing: says how one character of a class is written.
    /// - Returns: what describes the automaton's texts; `never` if there is none.
    func expression(
        named name: String, in grammar: inout Grammar, writing: (CharacterClass) -> Expression
    ) -> Expression {
        guard !isEmpty else { return .never }
        return withoutActuallyEscaping(writing) { writing in
            var writer = AutomatonWriter(self, runs: runs, name: name, ruleCount: grammar.rules.count, writing: writing)
            let expression = writer.write()
            grammar.rules += writer.rules
            return expression
        }
    }

    /// The run that begins at each state; nil where none does.
    private var runs: [CharacterRun?] {
        var runs = [CharacterRun?](repeating: nil, count: states.count)
        var isDone = [Bool](repeating: false, count: states.count)
        for start in states.indices {
            // Down the chain of single transitions as far as it is unknown, and back again.
            var chain: [Int] = []
            var state = start
            while !isDone[state] {
                isDone[state] = true
                chain.append(state)
                guard states[state].transitions.count == 1 else { break }
                state = states[state].transitions[0].target
            }
            for state in chain.reversed() {
                let (isFinal, transitions) = (states[state].isFinal, states[state].transitions)
                guard let only = transitions.first else {
                    runs[state] = CharacterRun(characters: nil, min: 0, max: 0)
                    continue
                }
                guard transitions.count == 1 else { continue }
                runs[state] =
                    only.target != state
                    ? runs[only.target]?.preceded(by: only.characters, isFinal: isFinal)
                    : isFinal ? CharacterRun(characters: only.characters, min: 0, max: nil) : nil
            }
        }
        return runs
    }
}
