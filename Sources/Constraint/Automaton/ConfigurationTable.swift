/// What a text may be after each beginning: configurations of a program, with a number each, and the bytes that lead
/// from one to the other. They are found when they are first needed.
///
/// A configuration is all ways in which the text so far can be read. Equal ones have equal numbers.
struct ConfigurationTable: Sendable {
    let program: Program
    private var closures: ClosureTable
    private(set) var stacks = StackTable()

    private var configurations: [Configuration] = []
    private var items: [Item] = []
    private var table: [Int32]
    /// The configuration after a byte of each class, for each configuration that was looked at.
    private var rows: [Int32] = []
    /// Arcs followed since the current operation began.
    private var work = 0

    private struct Configuration: Sendable {
        let items: Range<Int32>
        /// The start of its row; -1 if it was not looked at.
        var row: Int32 = -1
        let mayEnd: Bool
        let length: Int32
        let readsTokens: Bool
        let span: CharacterSpan
    }

    /// The number of the configuration after text that does not fit.
    static let dead: Int32 = -1
    /// The most arcs that are followed for one mask or token.
    static let mostWork = 4_000_000
    /// The most ways in which a text may be read at a time.
    static let mostItems = 20_000

    init(_ program: Program) throws(ConstraintError) {
        self.program = program
        closures = ClosureTable(program)
        table = Array(repeating: -1, count: 256)
        _ = try intern([Item(Frame(program.start), StackTable.bottom)])
    }

    /// The configuration of the empty text.
    static let start: Int32 = 0

    /// Whether it is time to begin a new table.
    var isFull: Bool { rows.count > 4_000_000 || items.count > 1_000_000 || stacks.count > 500_000 }

    mutating func beginWork() { work = 0 }

    private mutating func count(_ arcs: Int) throws(ConstraintError) {
        work += arcs
        guard work <= Self.mostWork else { throw .tooLarge(what: "steps for one token", limit: Self.mostWork) }
    }

    func mayEnd(_ number: Int32) -> Bool { configurations[Int(number)].mayEnd }
    func readsTokens(_ number: Int32) -> Bool { configurations[Int(number)].readsTokens }
    /// The fewest bytes and tokens that complete the text.
    func length(_ number: Int32) -> Int32 { configurations[Int(number)].length }
    /// Characters that may come next, whatever they are and in any order.
    func span(of number: Int32) -> CharacterSpan { configurations[Int(number)].span }

    func items(of number: Int32) -> ArraySlice<Item> {
        let range = configurations[Int(number)].items
        return items[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    // MARK: - Bytes

    /// The configuration after a byte of class `byteClass`.
    @inline(__always)
    mutating func next(_ number: Int32, _ byteClass: UInt8) throws(ConstraintError) -> Int32 {
        rows[Int(try row(of: number)) + Int(byteClass)]
    }

    @inline(__always)
    private mutating func row(of number: Int32) throws(ConstraintError) -> Int32 {
        let row = configurations[Int(number)].row
        return row >= 0 ? row : try expand(number)
    }

    /// Finds what all bytes lead to.
    @inline(never)
    private mutating func expand(_ number: Int32) throws(ConstraintError) -> Int32 {
        let (arcs, _) = try arcs(of: Array(items(of: number)))
        let classCount = program.classCount
        var row = [Int32](repeating: Self.dead, count: classCount)
        // Classes that the same arcs read lead to the same configuration.
        var groups: [(arcs: [Int32], result: Int32)] = []
        var matching: [Int32] = []
        for byteClass in 0..<classCount {
            matching.removeAll(keepingCapacity: true)
            for (place, arc) in arcs.enumerated() where arc.classes.contains(UInt8(byteClass)) {
                matching.append(Int32(place))
            }
            if matching.isEmpty { continue }
            if let known = groups.last(where: { $0.arcs == matching }) {
                row[byteClass] = known.result
                continue
            }
            try count(matching.count + 8)
            var news: [Item] = []
            for place in matching {
                let arc = arcs[Int(place)]
                try follow(arc.target, pushed: arc.pushed, round: arc.round, on: arc.stack, into: &news)
            }
            let result = try intern(news)
            groups.append((matching, result))
            row[byteClass] = result
        }
        let start = Int32(rows.count)
        rows += row
        configurations[Int(number)].row = start
        return start
    }

    /// A way to read a byte, from anywhere in a configuration.
    private struct Arc {
        let classes: ClosedRange<UInt8>
        let target: Int32
        let pushed: Range<Int32>
        /// The head of a counted repetition that another round of begins.
        let round: Frame?
        let stack: Int32
    }

    private struct TokenArc {
        let set: Int32
        let target: Int32
        let pushed: Range<Int32>
        let round: Frame?
        let stack: Int32
    }

    /// All ways to read something from `items`, after leaving what may be left.
    private mutating func arcs(of items: [Item]) throws(ConstraintError) -> ([Arc], [TokenArc]) {
        var (arcs, tokenArcs): ([Arc], [TokenArc]) = ([], [])
        var queue = items
        var visited: Set<Item> = []
        while let item = queue.popLast() {
            let frame = item.frame
            if frame == .bottom { continue }
            var isFinal = false
            func add(_ closure: ClosureTable.Closure, round: Frame?) {
                for arc in closures.byteArcs[Int(closure.bytes.lowerBound)..<Int(closure.bytes.upperBound)] {
                    arcs.append(
                        Arc(
                            classes: arc.classes, target: arc.target, pushed: arc.pushed, round: round,
                            stack: item.stack))
                }
                for arc in closures.tokenArcs[Int(closure.tokens.lowerBound)..<Int(closure.tokens.upperBound)] {
                    tokenArcs.append(
                        TokenArc(
                            set: arc.set, target: arc.target, pushed: arc.pushed, round: round, stack: item.stack))
                }
            }
            if case .loop(let number, let next) = program.states[Int(frame.state)] {
                let loop = program.loops[Int(number)]
                if loop.max.map({ frame.count < $0 }) ?? true {
                    let round = Frame(frame.state, count: loop.count(after: frame.count))
                    add(try closures.closure(of: loop.body), round: round)
                }
                if frame.count >= loop.min {
                    let after = try closures.closure(of: next)
                    add(after, round: nil)
                    isFinal = after.isFinal
                }
            } else {
                let closure = try closures.closure(of: frame.state)
                add(closure, round: nil)
                isFinal = closure.isFinal
            }
            try count(1)
            guard arcs.count <= Self.mostItems * 4 else {
                throw .tooLarge(what: "ways to read the text", limit: Self.mostItems)
            }
            guard isFinal else { continue }
            for below in stacks.top(of: item.stack) where visited.insert(below).inserted { queue.append(below) }
        }
        return (arcs, tokenArcs)
    }

    /// Adds what an arc leads to.
    private mutating func follow(
        _ target: Int32, pushed: Range<Int32>, round: Frame?, on stack: Int32, into news: inout [Item]
    ) throws(ConstraintError) {
        var frames = Array(closures.frames[Int(pushed.lowerBound)..<Int(pushed.upperBound)])
        if let round { frames.insert(round, at: 0) }
        // What is complete is left at once.
        let frame = target == Program.end ? frames.popLast() : Frame(target)
        var stack = stack
        for frame in frames {
            guard let higher = try push(frame, on: stack) else { return }
            stack = higher
        }
        if let frame {
            news.append(Item(frame, stack))
        } else {
            news += stacks.top(of: stack)
        }
    }

    private mutating func push(_ frame: Frame, on stack: Int32) throws(ConstraintError) -> Int32? {
        let mayEnd = stacks.mayEnd(stack) ? try mayLeave(frame) : false
        return stacks.push(frame, on: stack, mayEnd: mayEnd, length: program.length(of: frame))
    }

    private mutating func mayLeave(_ frame: Frame) throws(ConstraintError) -> Bool {
        if frame == .bottom { return true }
        if case .loop(let number, let next) = program.states[Int(frame.state)] {
            guard frame.count >= program.loops[Int(number)].min else { return false }
            return try closures.closure(of: next).isFinal
        }
        return try closures.closure(of: frame.state).isFinal
    }

    // MARK: - Tokens

    /// What the sets of tokens are that may be read as a whole.
    mutating func tokenSets(_ number: Int32) throws(ConstraintError) -> [TokenSet] {
        guard readsTokens(number) else { return [] }
        let (_, arcs) = try arcs(of: Array(items(of: number)))
        return Set(arcs.map(\.set)).sorted().map { program.tokenSets[Int($0)] }
    }

    /// The configuration after a token that is read as a whole.
    mutating func next(_ number: Int32, token: Int32) throws(ConstraintError) -> Int32 {
        guard readsTokens(number) else { return Self.dead }
        let (_, arcs) = try arcs(of: Array(items(of: number)))
        var news: [Item] = []
        for arc in arcs where program.tokenSets[Int(arc.set)].contains(token) {
            try follow(arc.target, pushed: arc.pushed, round: arc.round, on: arc.stack, into: &news)
        }
        return try intern(news)
    }

    /// The configuration after texts that lead to either.
    mutating func union(_ a: Int32, _ b: Int32) throws(ConstraintError) -> Int32 {
        if a == Self.dead || a == b { return b }
        if b == Self.dead { return a }
        return try intern(Array(items(of: a)) + items(of: b))
    }

    // MARK: - Equivalence

    /// A configuration after which the same texts of up to `length` bytes may come. Within a long repetition it is the
    /// same for most counts.
    mutating func equivalent(_ number: Int32, length: Int) throws(ConstraintError) -> Int32 {
        let items = items(of: number)
        guard items.count == 1, let item = items.first, item.frame != .bottom,
            case .loop(let loop, _) = program.states[Int(item.frame.state)]
        else { return number }
        let count = program.loops[Int(loop)].equivalent(item.frame.count, length: length)
        return count == item.frame.count
            ? number : try intern([Item(Frame(item.frame.state, count: count), item.stack)])
    }

    // MARK: - Numbers

    /// - Parameter items: in any order, and perhaps the same frame with several stacks.
    private mutating func intern(_ items: [Item]) throws(ConstraintError) -> Int32 {
        guard !items.isEmpty else { return Self.dead }
        var news = items
        if news.count > 1 {
            guard news.count <= Self.mostItems * 4 else {
                throw .tooLarge(what: "ways to read the text", limit: Self.mostItems)
            }
            news.sort { $0.frame < $1.frame }
            var kept = 0
            for item in news[1...] {
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
        if configurations.count * 2 > table.count { grow() }
        var slot = Self.hash(news[...]) & (table.count - 1)
        while table[slot] >= 0 {
            if self.items(of: table[slot]).elementsEqual(news) { return table[slot] }
            slot = (slot + 1) & (table.count - 1)
        }
        let number = Int32(configurations.count)
        table[slot] = number
        let start = Int32(self.items.count)
        self.items += news
        var (mayEnd, readsTokens) = (false, false)
        var span = CharacterSpan.none
        var length = Program.endless
        for item in news {
            length = min(length, program.length(of: item.frame) + stacks.length(item.stack))
            if item.frame == .bottom {
                mayEnd = true
                continue
            }
            if stacks.mayEnd(item.stack), try mayLeave(item.frame) { mayEnd = true }
            span = max(span, self.span(of: item.frame))
        }
        if !program.tokenSets.isEmpty { readsTokens = try !arcs(of: news).1.isEmpty }
        configurations.append(
            Configuration(
                items: start..<Int32(self.items.count), mayEnd: mayEnd, length: length, readsTokens: readsTokens,
                span: span))
        return number
    }

    private func span(of frame: Frame) -> CharacterSpan {
        if case .loop(let number, _) = program.states[Int(frame.state)] {
            let loop = program.loops[Int(number)]
            return CharacterSpan(kinds: loop.kinds, length: loop.max.map { Int($0 - frame.count) })
        }
        return program.selfLoops[frame.state].map { CharacterSpan(kinds: $0, length: nil) } ?? .none
    }

    private mutating func grow() {
        table = Array(repeating: -1, count: table.count * 2)
        for number in configurations.indices {
            var slot = Self.hash(items(of: Int32(number))) & (table.count - 1)
            while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
            table[slot] = Int32(number)
        }
    }

    private static func hash(_ items: ArraySlice<Item>) -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for item in items { hash = item.mixed(into: hash) }
        return Int(truncatingIfNeeded: hash >> 20)
    }

    // MARK: - Moving

    /// The number here of a configuration of another table of the same program.
    mutating func adopt(_ number: Int32, from other: ConfigurationTable) throws(ConstraintError) -> Int32 {
        guard number != Self.dead else { return number }
        // Sets of stacks that are needed, of which those below have the smaller numbers.
        var needed: Set<Int32> = [StackTable.bottom]
        var queue = other.items(of: number).map(\.stack)
        while let stack = queue.popLast() {
            if needed.insert(stack).inserted { queue += other.stacks.top(of: stack).map(\.stack) }
        }
        var numbers: [Int32: Int32] = [:]
        for stack in needed.sorted() {
            let top = other.stacks.top(of: stack).map { item in
                item.frame == .bottom ? item : Item(item.frame, numbers[item.stack]!)
            }
            numbers[stack] = stacks.intern(top, mayEnd: other.stacks.mayEnd(stack), length: other.stacks.length(stack))
        }
        return try intern(other.items(of: number).map { Item($0.frame, numbers[$0.stack]!) })
    }
}
