/// A deterministic automaton over characters. It says which texts are in a language that is too entangled for an
/// `Expression`: texts with a length, numbers between bounds, two patterns at once.
struct CharacterAutomaton: Sendable {
    struct State: Sendable {
        /// Whether a text may end here.
        var isFinal: Bool
        /// Their classes have no character in common.
        var transitions: [Transition]
    }

    struct Transition: Sendable {
        var characters: CharacterClass
        /// A place in `states`.
        var target: Int
    }

    /// The first one is where a text begins. From every one a text can come to an end. None, if there is no text.
    private(set) var states: [State]

    var isEmpty: Bool { states.isEmpty }

    /// Follows transitions from `start` until no new state comes up.
    ///
    /// - Parameters:
    ///   - what: what there is too much of if there are more states than `limit`, or very many ranges of characters; in
    ///     the plural.
    ///   - transitions: have no character in common. Several may lead to the same state.
    init<Key: Hashable>(
        from start: Key, limit: Int, of what: String, isFinal: (Key) -> Bool,
        transitions: (Key) throws(ConstraintError) -> [(characters: CharacterClass, target: Key)]
    ) throws(ConstraintError) {
        var numbers = [start: 0]
        var keys = [start]
        states = []
        var rangeCount = 0
        while states.count < keys.count {
            let key = keys[states.count]
            var classes: [Int: [CharacterClass]] = [:]
            var targets: [Int] = []
            for (characters, target) in try transitions(key) where !characters.isEmpty {
                let number = numbers[target] ?? keys.count
                rangeCount += characters.ranges.count
                if number == keys.count {
                    guard number < limit else { throw .tooLarge(what: what, limit: limit) }
                    numbers[target] = number
                    keys.append(target)
                }
                if classes[number] == nil { targets.append(number) }
                classes[number, default: []].append(characters)
            }
            guard rangeCount <= Self.maximumRanges else {
                throw .tooLarge(what: "ranges of characters for \(what)", limit: Self.maximumRanges)
            }
            states.append(
                State(
                    isFinal: isFinal(key),
                    transitions: targets.map {
                        Transition(characters: Self.union(classes[$0] ?? []), target: $0)
                    }))
        }
        removeDeadEnds()
    }

    private static let maximumRanges = 2_000_000

    private static func union(_ classes: [CharacterClass]) -> CharacterClass {
        classes.count == 1 ? classes[0] : CharacterClass(classes.flatMap(\.ranges))
    }

    /// Removes the states from which no text can end.
    private mutating func removeDeadEnds() {
        let sources = sources
        var isAlive = states.map(\.isFinal)
        var unseen = states.indices.filter { isAlive[$0] }
        while let state = unseen.popLast() {
            for source in sources[state] where !isAlive[source] {
                isAlive[source] = true
                unseen.append(source)
            }
        }
        guard isAlive.first == true else {
            states = []
            return
        }
        // The first state is alive and stays the first one.
        var places = [Int](repeating: 0, count: states.count)
        var count = 0
        for state in states.indices where isAlive[state] {
            places[state] = count
            count += 1
        }
        states = states.indices.filter { isAlive[$0] }.map { number in
            var state = states[number]
            state.transitions.removeAll { !isAlive[$0.target] }
            for index in state.transitions.indices {
                state.transitions[index].target = places[state.transitions[index].target]
            }
            return state
        }
    }

    /// The states that have a transition to each state.
    private var sources: [[Int]] {
        var sources = [[Int]](repeating: [], count: states.count)
        for (number, state) in states.enumerated() {
            for transition in state.transitions { sources[transition.target].append(number) }
        }
        return sources
    }

    /// The length of the shortest text from each state to an end, in characters.
    var shortestLengths: [Int] {
        let sources = sources
        var lengths = states.map { $0.isFinal ? 0 : Int.max }
        var wave = states.indices.filter { states[$0].isFinal }
        var length = 0
        while !wave.isEmpty {
            length += 1
            var next: [Int] = []
            for source in wave.flatMap({ sources[$0] }) where lengths[source] == .max {
                lengths[source] = length
                next.append(source)
            }
            wave = next
        }
        return lengths
    }

    /// The length of the longest text from each state to an end; nil where there is none.
    var longestLengths: [Int?] {
        let sources = sources
        var lengths = [Int?](repeating: nil, count: states.count)
        // States are done when all their targets are; those on a circle never are.
        var open = states.map(\.transitions.count)
        var done = states.indices.filter { open[$0] == 0 }
        while let state = done.popLast() {
            lengths[state] = states[state].transitions.reduce(0) { max($0, (lengths[$1.target] ?? 0) + 1) }
            for source in sources[state] {
                open[source] -= 1
                if open[source] == 0 { done.append(source) }
            }
        }
        return lengths
    }
}
