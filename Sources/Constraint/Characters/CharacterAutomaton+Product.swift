extension CharacterAutomaton {
    private static let maximumStates = 20_000

    /// The automaton of the texts that are in both.
    func intersection(_ other: CharacterAutomaton) throws(ConstraintError) -> CharacterAutomaton {
        struct Pair: Hashable {
            var a: Int
            var b: Int
        }
        guard !isEmpty else { return self }
        guard !other.isEmpty else { return other }
        return try CharacterAutomaton(
            from: Pair(a: 0, b: 0), limit: Self.maximumStates, of: "states of two patterns together",
            isFinal: { states[$0.a].isFinal && other.states[$0.b].isFinal },
            transitions: { pair in
                states[pair.a].transitions.flatMap { transition in
                    other.states[pair.b].transitions.map {
                        (
                            transition.characters.intersection($0.characters),
                            Pair(a: transition.target, b: $0.target)
                        )
                    }
                }
            })
    }

    /// The automaton of those texts that have at least `minLength` and at most `maxLength` characters.
    func within(minLength: Int, maxLength: Int?) throws(ConstraintError) -> CharacterAutomaton {
        /// A state and what is left of the bounds. Bounds that every text from there on obeys are left out, so that
        /// nothing is counted where nothing needs to be.
        struct Bounded: Hashable {
            var state: Int
            var min: Int
            var max: Int?
        }
        guard !isEmpty else { return self }
        let (shortest, longest) = (shortestLengths, longestLengths)
        func bounded(_ state: Int, min: Int, max: Int?) -> Bounded {
            let isShortEnough = if let max, let longest = longest[state] { longest <= max } else { max == nil }
            return Bounded(
                state: state, min: min <= shortest[state] ? 0 : min, max: isShortEnough ? nil : max)
        }
        return try CharacterAutomaton(
            from: bounded(0, min: minLength, max: maxLength), limit: Self.maximumStates,
            of: "states of a pattern with a length",
            isFinal: { states[$0.state].isFinal && $0.min == 0 },
            transitions: { place in
                states[place.state].transitions.compactMap { transition in
                    let max = place.max.map { $0 - 1 }
                    // No text from there on is short enough.
                    if let max, shortest[transition.target] > max { return nil }
                    return (
                        transition.characters,
                        bounded(transition.target, min: Swift.max(place.min - 1, 0), max: max)
                    )
                }
            })
    }
}
