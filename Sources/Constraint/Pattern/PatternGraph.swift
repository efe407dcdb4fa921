/// A pattern as a nondeterministic automaton with empty steps.
struct PatternGraph {
    enum Step {
        /// Over a character of a class, given by its place in `classes`.
        case over(characters: Int, to: Int)
        /// Over nothing.
        case to(Int)
        /// Over nothing, at the beginning or at the end of the text only.
        case fromTextStart(to: Int), fromTextEnd(to: Int)
    }

    /// The steps from each state. The first state is where a text begins.
    private(set) var steps: [[Step]] = [[]]
    /// Where the text has been matched.
    private(set) var end = 0
    /// Whether anything may follow there.
    let isOpenAtEnd: Bool
    /// The different classes.
    private(set) var classes: [CharacterClass] = []
    private var places: [CharacterClass: Int] = [:]

    private static let maximumStates = 20_000
    private static let maximumClasses = 1024

    /// - Parameter isWhole: whether the whole text must match, not just a part of it.
    init(_ syntax: PatternSyntax, isWhole: Bool) throws(ConstraintError) {
        isOpenAtEnd = !isWhole
        if !isWhole { try addStep(over: .all, from: 0, to: 0) }
        end = try add(syntax, from: 0)
        if !isWhole {
            let found = try addState()
            steps[end].append(.to(found))
            try addStep(over: .all, from: found, to: found)
            end = found
        }
    }

    private mutating func addState() throws(ConstraintError) -> Int {
        guard steps.count < Self.maximumStates else {
            throw .tooLarge(what: "states of a pattern", limit: Self.maximumStates)
        }
        steps.append([])
        return steps.count - 1
    }

    private mutating func addStep(over characters: CharacterClass, from: Int, to: Int) throws(ConstraintError) {
        let place = places[characters] ?? classes.count
        if place == classes.count {
            guard place < Self.maximumClasses else {
                throw .tooLarge(what: "different classes of a pattern", limit: Self.maximumClasses)
            }
            places[characters] = place
            classes.append(characters)
        }
        steps[from].append(.over(characters: place, to: to))
    }

    /// Adds what `syntax` matches behind `start`, without a step back to it, and returns the state behind the match.
    private mutating func add(_ syntax: PatternSyntax, from start: Int) throws(ConstraintError) -> Int {
        switch syntax {
        case .characters(let characters):
            let end = try addState()
            try addStep(over: characters, from: start, to: end)
            return end
        case .textStart, .textEnd:
            let end = try addState()
            steps[start].append(syntax == .textStart ? .fromTextStart(to: end) : .fromTextEnd(to: end))
            return end
        case .sequence(let parts):
            var end = start
            for part in parts { end = try add(part, from: end) }
            return end
        case .choice(let parts):
            let end = try addState()
            for part in parts { steps[try add(part, from: start)].append(.to(end)) }
            return end
        case .repetition(let part, let min, let max):
            var last = start
            for _ in 0..<min { last = try add(part, from: last) }
            let end = try addState()
            if let max {
                for _ in min..<max {
                    steps[last].append(.to(end))
                    last = try add(part, from: last)
                }
                steps[last].append(.to(end))
            } else {
                steps[last].append(.to(end))
                steps[try add(part, from: end)].append(.to(end))
            }
            return end
        }
    }
}
