/// Writes an automaton as rules of a grammar.
struct AutomatonWriter {
    private(set) var rules: [Grammar.Rule] = []
    private let automaton: CharacterAutomaton
    private let runs: [CharacterRun?]
    private let name: String
    private let writing: (CharacterClass) -> Expression
    /// How many transitions lead to each state.
    private var callers: [Int]
    /// The grammar's rules before the new ones.
    private let ruleCount: Int
    /// The rule of each state that has one, by its place among the new ones.
    private var places: [Int: Int] = [:]
    private var unwritten: [Int] = []
    private var steps: [CharacterClass: [Expression]] = [:]

    init(
        _ automaton: CharacterAutomaton, runs: [CharacterRun?], name: String, ruleCount: Int,
        writing: @escaping (CharacterClass) -> Expression
    ) {
        (self.automaton, self.runs, self.name, self.writing) = (automaton, runs, name, writing)
        self.ruleCount = ruleCount
        callers = [Int](repeating: 0, count: automaton.states.count)
        callers[0] = 1
        for state in automaton.states { for transition in state.transitions { callers[transition.target] += 1 } }
    }

    /// All texts.
    mutating func write() -> Expression {
        let start = call(0)
        while let state = unwritten.popLast(), let place = places[state] { rules[place].expression = body(state) }
        return start
    }

    private mutating func add(_ expression: Expression) -> Int {
        rules.append(Grammar.Rule(name: name, expression: expression))
        return rules.count - 1
    }

    /// The texts from `state` on: in its own words if that is short, else as a call of a rule.
    private mutating func call(_ state: Int) -> Expression {
        if let run = runs[state] {
            guard let characters = run.characters else { return .empty }
            return .repetition(any(step(characters)), min: run.min, max: run.max)
        }
        if let place = places[state] { return .rule(ruleCount + place) }
        let place = add(.never)
        places[state] = place
        unwritten.append(state)
        return .rule(ruleCount + place)
    }

    /// The texts from `state` on, beginning with its transitions.
    private mutating func body(_ state: Int) -> Expression {
        var state = state
        var parts: [Expression] = []
        // States that only lead on to one that nobody else calls need no rule.
        while runs[state] == nil, !automaton.states[state].isFinal, automaton.states[state].transitions.count == 1,
            let only = automaton.states[state].transitions.first, callers[only.target] == 1
        {
            parts.append(any(step(only.characters)))
            state = only.target
        }
        if runs[state] != nil {
            parts.append(call(state))
        } else {
            var alternatives: [Expression] = []
            for transition in automaton.states[state].transitions {
                for step in step(transition.characters) {
                    alternatives.append(.sequence([step, call(transition.target)]))
                }
            }
            if automaton.states[state].isFinal { alternatives.append(.empty) }
            parts.append(any(alternatives))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private func any(_ alternatives: [Expression]) -> Expression {
        alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    /// One character of a class: those that are written as themselves in one expression, so that one sees where a rule
    /// is a loop over a class; the others, which can be long, by calling a rule.
    private mutating func step(_ characters: CharacterClass) -> [Expression] {
        if let known = steps[characters] { return known }
        var steps: [Expression] = []
        switch writing(characters) {
        case .choice(let parts):
            steps = parts.filter(\.isClass)
            let others = parts.filter { !$0.isClass }
            if others.count == 1, case .bytes = others[0] {
                steps += others
            } else if !others.isEmpty {
                steps.append(.rule(ruleCount + add(.choice(others))))
            }
        case let single: steps = [single]
        }
        self.steps[characters] = steps
        return steps
    }
}

extension Expression {
    fileprivate var isClass: Bool { if case .characters = self { true } else { false } }
}
