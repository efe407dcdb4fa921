/// What each state can read, through all states that are reached without reading anything.
struct ClosureTable: Sendable {
    /// A way to read a byte.
    struct ByteArc: Sendable {
        /// The classes of the bytes.
        let classes: ClosedRange<UInt8>
        let target: Int32
        /// What is put on the stack, the top last.
        let pushed: Range<Int32>
    }

    /// A way to read a token.
    struct TokenArc: Sendable {
        let set: Int32
        let target: Int32
        let pushed: Range<Int32>
    }

    struct Closure: Sendable {
        let bytes: Range<Int32>
        let tokens: Range<Int32>
        /// Whether the state's rule may be left.
        let isFinal: Bool
        /// Characters that may be read first, whatever they are and in any order.
        let span: CharacterSpan
        /// The fewest bytes and tokens that leave the state's rule where the span is read, and at most after it.
        let spanLength: Int32
    }

    let program: Program
    private(set) var byteArcs: [ByteArc] = []
    private(set) var tokenArcs: [TokenArc] = []
    private(set) var frames: [Frame] = []
    private var closures: [Closure?]

    /// The most ways to go on from one state.
    static let largest = 20_000
    /// The most frames that all ways put on the stack.
    private static let mostFrames = 2_000_000

    init(_ program: Program) {
        self.program = program
        closures = Array(repeating: nil, count: program.states.count)
    }

    /// What a state reads; for the head of a counted repetition, before its first round.
    mutating func closure(of state: Int32) throws(ConstraintError) -> Closure {
        if let known = closures[Int(state)] { return known }
        let (firstByte, firstToken) = (byteArcs.count, tokenArcs.count)
        var isFinal = false
        var pushedCount = 0
        var (span, spanLength) = (CharacterSpan.none, Int32(0))
        func note(_ new: CharacterSpan, _ frame: Frame, _ pushed: [Frame]) {
            let length = pushed.reduce(program.length(of: frame)) { min(Program.endless, $0 + program.length(of: $1)) }
            if span < new { (span, spanLength) = (new, length) } else { spanLength = max(spanLength, length) }
        }
        // States to look at, with what was put on the stack on the way. A list, since grammars nest deeply.
        var places = [Place(state: state, pushed: [])]
        var visited = Set(places)
        func visit(_ state: Int32, _ pushed: [Frame]) {
            let place = Place(state: state, pushed: pushed)
            if visited.insert(place).inserted { places.append(place) }
        }
        while let place = places.popLast() {
            let pushed = place.pushed
            if let kinds = program.selfLoops[place.state] {
                note(CharacterSpan(kinds: kinds, length: .max), Frame(place.state), pushed)
            }
            switch program.states[Int(place.state)] {
            case .end:
                // What was called on the way and may be empty is skipped there.
                if pushed.isEmpty { isFinal = true }
            case .bytes(let edges): addArcs(edges, add(pushed))
            case .token(let set, let next): tokenArcs.append(TokenArc(set: set, target: next, pushed: add(pushed)))
            case .split(let targets):
                for target in program.targets[Int(targets.lowerBound)..<Int(targets.upperBound)] {
                    visit(target, pushed)
                }
            case .call(let rule, let next):
                // A rule that nothing comes after returns to where its caller returns to.
                visit(program.entries[Int(rule)], next == Program.end ? pushed : pushed + [Frame(next)])
                if program.isNullable[Int(rule)] { visit(next, pushed) }
            case .loop(let number, let next):
                let loop = program.loops[Int(number)]
                note(loop.span(after: 0), Frame(place.state), pushed)
                visit(loop.body, pushed + [Frame(place.state, count: loop.count(after: 0))])
                if loop.min == 0 { visit(next, pushed) }
            }
            pushedCount += pushed.count
            guard pushed.count <= StackTable.deepest, pushedCount <= Self.mostFrames else {
                throw .tooLarge(what: "calls within calls at one place", limit: StackTable.deepest)
            }
            guard visited.count <= Self.largest, byteArcs.count - firstByte <= Self.largest else {
                throw .tooLarge(what: "ways to go on at one place", limit: Self.largest)
            }
        }
        guard frames.count <= Self.mostFrames else {
            throw .tooLarge(what: "calls within calls at one place", limit: Self.mostFrames)
        }
        let closure = Closure(
            bytes: Int32(firstByte)..<Int32(byteArcs.count), tokens: Int32(firstToken)..<Int32(tokenArcs.count),
            isFinal: isFinal, span: span, spanLength: spanLength)
        closures[Int(state)] = closure
        return closure
    }

    private struct Place: Hashable {
        let state: Int32
        let pushed: [Frame]
    }

    private mutating func addArcs(_ edges: Range<Int32>, _ pushed: Range<Int32>) {
        for edge in program.edges[Int(edges.lowerBound)..<Int(edges.upperBound)] {
            byteArcs.append(
                ByteArc(
                    classes: program.classes[Int(edge.low)]...program.classes[Int(edge.high)], target: edge.target,
                    pushed: pushed))
        }
    }

    private mutating func add(_ pushed: [Frame]) -> Range<Int32> {
        let start = Int32(frames.count)
        frames += pushed
        return start..<Int32(frames.count)
    }
}

extension Program.Loop {
    /// The rounds after one more, as far as they matter.
    func count(after rounds: Int32) -> Int32 { max == nil ? Swift.min(rounds + 1, min) : rounds + 1 }

    /// Characters that are the next rounds.
    func span(after rounds: Int32) -> CharacterSpan {
        CharacterSpan(kinds: kinds, length: max.map { $0 - rounds } ?? .max)
    }

    /// The largest number of rounds that `length` bytes do not tell from `rounds`: each round reads at least one.
    func equivalent(_ rounds: Int32, length: Int) -> Int32 {
        let limit = rounds < min ? min : max ?? .max
        return limit == .max ? rounds : Swift.max(rounds, limit - 1 - Int32(clamping: length))
    }
}
