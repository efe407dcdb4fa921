/// What items lead to: leaves what may be left, and reads bytes and tokens.
struct ItemReader: Sendable {
    let program: Program
    private var closures: ClosureTable
    var stacks = StackTable()
    /// Ways followed since the current operation began.
    private var work = 0

    // Memory to work in.
    private(set) var arcs: [Arc] = []
    private(set) var tokenArcs: [TokenArc] = []
    private var queue: [Item] = []
    /// The items that were led to.
    private(set) var news: [Item] = []

    /// The most ways that are followed for one mask or token.
    static let mostWork = 4_000_000
    /// The most ways in which a text may be read at a time.
    static let mostItems = 20_000

    init(_ program: Program) {
        self.program = program
        closures = ClosureTable(program)
    }

    mutating func beginWork() { work = 0 }

    mutating func count(_ arcs: Int) throws(ConstraintError) {
        work += arcs
        guard work <= Self.mostWork else { throw .tooLarge(what: "steps for one token", limit: Self.mostWork) }
    }

    // MARK: - Arcs

    /// A way to read a byte.
    struct Arc {
        let classes: ClosedRange<UInt8>
        let target: Int32
        let pushed: Range<Int32>
        /// The head of a counted repetition that another round of begins.
        let round: Frame?
        let stack: Int32
    }

    /// A way to read a token.
    struct TokenArc {
        let set: Int32
        let target: Int32
        let pushed: Range<Int32>
        let round: Frame?
        let stack: Int32
    }

    /// Fills `arcs` with all ways in which `items` can read a byte, and `tokenArcs` with those to read a token.
    mutating func findArcs(of items: some Sequence<Item>) throws(ConstraintError) {
        var queue = queue
        self.queue = []  // so that it is not copied
        defer { self.queue = queue }
        queue.append(contentsOf: items)
        arcs.removeAll(keepingCapacity: true)
        tokenArcs.removeAll(keepingCapacity: true)
        var visited: Set<Item> = []
        while let item = queue.popLast() {
            let frame = item.frame
            if frame == .bottom { continue }
            let isFinal: Bool
            if case .loop(let number, let next) = program.states[Int(frame.state)] {
                let loop = program.loops[Int(number)]
                if loop.max.map({ frame.count < $0 }) ?? true {
                    let round = Frame(frame.state, count: loop.count(after: frame.count))
                    _ = try addArcs(of: loop.body, round: round, stack: item.stack)
                }
                isFinal = frame.count < loop.min ? false : try addArcs(of: next, round: nil, stack: item.stack)
            } else {
                isFinal = try addArcs(of: frame.state, round: nil, stack: item.stack)
            }
            try count(1)
            guard arcs.count <= Self.mostItems * 4 else {
                throw .tooLarge(what: "ways to read the text", limit: Self.mostItems)
            }
            guard isFinal else { continue }
            // What may be left is left.
            for below in stacks.top(of: item.stack) where visited.insert(below).inserted { queue.append(below) }
        }
    }

    /// - Returns: whether the rule of the state may be left.
    private mutating func addArcs(of state: Int32, round: Frame?, stack: Int32) throws(ConstraintError) -> Bool {
        let closure = try closures.closure(of: state)
        for place in closure.bytes {
            let arc = closures.byteArcs[Int(place)]
            arcs.append(
                Arc(classes: arc.classes, target: arc.target, pushed: arc.pushed, round: round, stack: stack))
        }
        for place in closure.tokens {
            let arc = closures.tokenArcs[Int(place)]
            tokenArcs.append(
                TokenArc(set: arc.set, target: arc.target, pushed: arc.pushed, round: round, stack: stack))
        }
        return closure.isFinal
    }

    /// Begins `news` anew.
    mutating func beginNews(with items: some Sequence<Item> = EmptyCollection()) {
        news.removeAll(keepingCapacity: true)
        news.append(contentsOf: items)
    }

    /// Adds what an arc leads to, to `news`.
    mutating func follow(_ arc: Arc) throws(ConstraintError) {
        try follow(arc.target, pushed: arc.pushed, round: arc.round, on: arc.stack)
    }

    /// Adds what an arc leads to, to `news`.
    mutating func follow(_ arc: TokenArc) throws(ConstraintError) {
        try follow(arc.target, pushed: arc.pushed, round: arc.round, on: arc.stack)
    }

    private mutating func follow(
        _ target: Int32, pushed: Range<Int32>, round: Frame?, on stack: Int32
    ) throws(ConstraintError) {
        // The frame on top is not put on the stack, and what is complete is left at once.
        var top = round
        var stack = stack
        for place in pushed {
            if let frame = top {
                guard let higher = try push(frame, on: stack) else { return }
                stack = higher
            }
            top = closures.frames[Int(place)]
        }
        if target != Program.end {
            if let frame = top {
                guard let higher = try push(frame, on: stack) else { return }
                stack = higher
            }
            news.append(Item(Frame(target), stack))
        } else if let frame = top {
            news.append(Item(frame, stack))
        } else {
            news.append(contentsOf: stacks.top(of: stack))
        }
    }

    private mutating func push(_ frame: Frame, on stack: Int32) throws(ConstraintError) -> Int32? {
        let mayEnd = stacks.mayEnd(stack) ? try mayLeave(frame) : false
        return stacks.push(frame, on: stack, mayEnd: mayEnd, length: program.length(of: frame))
    }

    mutating func mayLeave(_ frame: Frame) throws(ConstraintError) -> Bool {
        if frame == .bottom { return true }
        if case .loop(let number, let next) = program.states[Int(frame.state)] {
            guard frame.count >= program.loops[Int(number)].min else { return false }
            return try closures.closure(of: next).isFinal
        }
        return try closures.closure(of: frame.state).isFinal
    }

    /// Sorts `news`, and joins the stacks of equal frames.
    mutating func joinNews() throws(ConstraintError) {
        guard news.count <= Self.mostItems * 4 else {
            throw .tooLarge(what: "ways to read the text", limit: Self.mostItems)
        }
        news.sort { $0.frame < $1.frame }
        var kept = 0
        for place in 1..<news.count {
            let item = news[place]
            if item.frame == news[kept].frame {
                news[kept] = Item(item.frame, stacks.union(news[kept].stack, item.stack))
            } else {
                kept += 1
                news[kept] = item
            }
        }
        news.removeLast(news.count - kept - 1)
        guard news.count <= Self.mostItems else {
            throw .tooLarge(what: "ways to read the text", limit: Self.mostItems)
        }
    }

    /// Whether any of `items` reads tokens, after leaving what may be left.
    mutating func readsTokens(_ items: [Item]) throws(ConstraintError) -> Bool {
        // The arcs may be in use.
        let (savedArcs, savedTokenArcs) = (arcs, tokenArcs)
        (arcs, tokenArcs) = ([], [])
        defer { (arcs, tokenArcs) = (savedArcs, savedTokenArcs) }
        try findArcs(of: items)
        return !tokenArcs.isEmpty
    }

    // MARK: - Frames

    /// Characters that may come next, whatever they are and in any order; and at most how many bytes and tokens leave
    /// the frame after them.
    mutating func span(of frame: Frame) throws(ConstraintError) -> (CharacterSpan, length: Int32) {
        guard case .loop(let number, let next) = program.states[Int(frame.state)] else {
            let closure = try closures.closure(of: frame.state)
            return (closure.span, closure.spanLength)
        }
        let loop = program.loops[Int(number)]
        let (span, length) = (loop.span(after: frame.count), program.length(of: frame))
        if frame.count < loop.min { return (span, length) }
        let after = try closures.closure(of: next)
        return span < after.span ? (after.span, after.spanLength) : (span, max(length, after.spanLength))
    }
}
