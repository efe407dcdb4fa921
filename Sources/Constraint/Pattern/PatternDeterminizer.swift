/// Makes a deterministic automaton of a graph: its states are sets of the graph's.
struct PatternDeterminizer {
    private let graph: PatternGraph
    private let alphabet: CharacterAlphabet
    /// The search that reached each state last; before the end of the text, and behind an anchor that asks for it.
    private var reached: [(inside: Int, atEnd: Int)]
    private var search = 0
    private var work = 0

    private static let maximumStates = 5000
    private static let maximumWork = 10_000_000

    static func automaton(_ graph: PatternGraph) throws(ConstraintError) -> CharacterAutomaton {
        var determinizer = PatternDeterminizer(graph: graph, alphabet: CharacterAlphabet(graph.classes))
        let start = determinizer.states(from: [0], isTextStart: true)
        return try CharacterAutomaton(
            from: start, limit: maximumStates, of: "states of a pattern", isFinal: \.isFinal
        ) { (states) throws(ConstraintError) in try determinizer.transitions(states) }
    }

    private init(graph: PatternGraph, alphabet: CharacterAlphabet) {
        (self.graph, self.alphabet) = (graph, alphabet)
        reached = Array(repeating: (0, 0), count: graph.steps.count)
    }

    /// Where the graph may be after a text.
    private struct States: Hashable {
        /// Those with a step over a character, in rising order.
        var members: [Int]
        var isFinal: Bool
    }

    /// - Parameter isTextStart: whether nothing has been read yet.
    private mutating func states(from starts: [Int], isTextStart: Bool) -> States {
        search += 1
        var states = States(members: [], isFinal: false)
        var unseen = starts.map { (state: $0, isAtEnd: false) }
        while let (state, isAtEnd) = unseen.popLast() {
            guard reached[state].inside != search, !isAtEnd || reached[state].atEnd != search else { continue }
            if isAtEnd { reached[state].atEnd = search } else { reached[state].inside = search }
            if state == graph.end { states.isFinal = true }
            var hasStep = false
            for step in graph.steps[state] {
                work += 1
                switch step {
                case .over: hasStep = true
                case .to(let target): unseen.append((target, isAtEnd))
                case .fromTextStart(let target): if isTextStart { unseen.append((target, isAtEnd)) }
                case .fromTextEnd(let target): unseen.append((target, true))
                }
            }
            if hasStep, !isAtEnd { states.members.append(state) }
        }
        // Where anything may follow, nothing else matters.
        if graph.isOpenAtEnd, reached[graph.end].inside == search { states.members = [graph.end] }
        states.members.sort()
        return states
    }

    private mutating func transitions(
        _ states: States
    ) throws(ConstraintError) -> [(characters: CharacterClass, target: States)] {
        var targets: [Int: [Int]] = [:]
        for state in states.members {
            for case .over(let characters, let target) in graph.steps[state] {
                for group in alphabet.groupsOfClass[characters] {
                    targets[group, default: []].append(target)
                    work += 1
                }
            }
        }
        var groups: [[Int]: [Int]] = [:]
        var order: [[Int]] = []
        for (group, targets) in targets.sorted(by: { $0.key < $1.key }) {
            if groups[targets] == nil { order.append(targets) }
            groups[targets, default: []].append(group)
        }
        let transitions = order.map { targets in
            (
                characters: CharacterClass((groups[targets] ?? []).flatMap { alphabet.groups[$0].ranges }),
                target: self.states(from: targets, isTextStart: false)
            )
        }
        guard work <= Self.maximumWork else {
            throw .tooLarge(what: "steps to compile a pattern", limit: Self.maximumWork)
        }
        return transitions
    }
}
