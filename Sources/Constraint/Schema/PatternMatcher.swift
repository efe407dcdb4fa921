/// Says which texts match patterns, and keeps the automata that it needs for that.
struct PatternMatcher {
    private var automata: [Pattern: CharacterAutomaton] = [:]

    mutating func automaton(of pattern: Pattern) throws(ConstraintError) -> CharacterAutomaton {
        if let automaton = automata[pattern] { return automaton }
        let automaton = try pattern.automaton()
        automata[pattern] = automaton
        return automaton
    }

    mutating func matches(_ text: String, _ pattern: Pattern) throws(ConstraintError) -> Bool {
        let states = try automaton(of: pattern).states
        guard !states.isEmpty else { return false }
        var state = 0
        for scalar in text.unicodeScalars {
            guard let next = states[state].transitions.first(where: { $0.characters.contains(scalar) }) else {
                return false
            }
            state = next.target
        }
        return states[state].isFinal
    }
}
