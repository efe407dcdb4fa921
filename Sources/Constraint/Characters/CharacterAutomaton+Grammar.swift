extension CharacterAutomaton {
    /// Writes the automaton as rules, each of which calls another one at most at its very end.
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
        let runs = runs
        var callers = [Int](repeating: 0, count: states.count)
        callers[0] = 1
        for state in states { for transition in state.transitions { callers[transition.target] += 1 } }

        var rules: [Int: Int] = [:]
        var unwritten: [Int] = []
        var written: [CharacterClass: Expression] = [:]
        func write(_ characters: CharacterClass) -> Expression {
            if let expression = written[characters] { return expression }
            let expression = writing(characters)
            written[characters] = expression
            return expression
        }
        /// The texts from `state` on: in its own words if that is short, else as a call of a rule.
        func call(_ state: Int) -> Expression {
            if let run = runs[state] {
                return run.characters.map { .repetition(write($0), min: run.min, max: run.max) } ?? .empty
            }
            if let rule = rules[state] { return .rule(rule) }
            let rule = grammar.rules.count
            grammar.rules.append(Grammar.Rule(name: name, expression: .never))
            rules[state] = rule
            unwritten.append(state)
            return .rule(rule)
        }
        /// The texts from `state` on, beginning with its transitions.
        func body(_ state: Int) -> Expression {
            var state = state
            var prefix: [Expression] = []
            // States that only lead on to one that nobody else calls need no rule.
            while runs[state] == nil, !states[state].isFinal, states[state].transitions.count == 1,
                let only = states[state].transitions.first, callers[only.target] == 1
            {
                prefix.append(write(only.characters))
                state = only.target
            }
            guard runs[state] == nil else { return .sequence(prefix + [call(state)]) }
            var alternatives: [Expression] = states[state].transitions.flatMap { transition in
                write(transition.characters).alternatives.map { .sequence([$0, call(transition.target)]) }
            }
            if states[state].isFinal { alternatives.append(.empty) }
            let choice = alternatives.count == 1 ? alternatives[0] : Expression.choice(alternatives)
            return prefix.isEmpty ? choice : .sequence(prefix + [choice])
        }
        let start = call(0)
        while let state = unwritten.popLast(), let rule = rules[state] { grammar.rules[rule].expression = body(state) }
        return start
    }

    /// The texts from a state on, where they are nothing but characters of one class.
    private struct Run {
        /// nil if there is only the empty text.
        var characters: CharacterClass?
        var min: Int
        var max: Int?

        /// The run with one character before it.
        ///
        /// - Parameter isFinal: whether the text may also end before that character.
        func preceded(by before: CharacterClass, isFinal: Bool) -> Run? {
            guard characters == nil || characters == before, !isFinal || min == 0 else { return nil }
            return Run(characters: before, min: isFinal ? 0 : min + 1, max: max.map { $0 + 1 })
        }
    }

    /// The run that begins at each state; nil where none does.
    private var runs: [Run?] {
        var runs = [Run?](repeating: nil, count: states.count)
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
                    runs[state] = Run(characters: nil, min: 0, max: 0)
                    continue
                }
                guard transitions.count == 1 else { continue }
                runs[state] =
                    only.target != state
                    ? runs[only.target]?.preceded(by: only.characters, isFinal: isFinal)
                    : isFinal ? Run(characters: only.characters, min: 0, max: nil) : nil
            }
        }
        return runs
    }
}

extension Expression {
    /// Classes of a choice by themselves, so that one sees where a rule is a loop over a class.
    fileprivate var alternatives: [Expression] {
        guard case .choice(let parts) = self else { return [self] }
        func isClass(_ expression: Expression) -> Bool { if case .characters = expression { true } else { false } }
        let others = parts.filter { !isClass($0) }
        return parts.filter(isClass) + (others.isEmpty ? [] : [.choice(others)])
    }
}
