/// Says which texts match patterns, and keeps the automata that it needs for that.
struct PatternMatcher {
    private var automata: [Pattern: CharacterAutomaton] = [:]
    private var symbolCount = 0

    /// Symbols of all patterns of a schema that automata are made of, with repetitions written out. An automaton can
    /// have thousands of states for each.
    private static let maximumSymbols = 40_000

    /// Counts a pattern that an automaton is made of.
    mutating func count(_ pattern: Pattern) throws(ConstraintError) {
        // A single one has limits of its own.
        symbolCount += min(pattern.parts.reduce(0) { $0 + $1.syntax.expandedSize }, Self.maximumSymbols / 4)
        guard symbolCount <= Self.maximumSymbols else {
            throw .tooLarge(what: "symbols in the patterns of a schema", limit: Self.maximumSymbols)
        }
    }

    mutating func automaton(of pattern: Pattern) throws(ConstraintError) -> CharacterAutomaton {
        if let automaton = automata[pattern] { return automaton }
        try count(pattern)
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
