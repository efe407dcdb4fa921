/// What a text may be after each beginning: configurations of a program, with a number each, and the bytes that lead
/// from one to the other. They are found when they are first needed.
///
/// A configuration is all ways in which the text so far can be read. Equal ones have equal numbers.
struct ConfigurationTable: Sendable {
    let program: Program
    private var closures: ClosureTable
    private(set) var stacks = StackTable()

    private var configurations: [Configuration] = []
    // What walks look at, in arrays of their own.
    private var spans: [CharacterSpan] = []
    private var lengths: [Int32] = []
    /// The start of the row of each configuration; -1 if it was not looked at.
    private var rowStarts: [Int32] = []
    private var items: [Item] = []
    private var table: [Int32]
    /// The configuration after a byte of each class, for each configuration that was looked at.
    private var rows: [Int32] = []
    /// Single steps from configurations without a row.
    private var steps: [Step: Int32] = [:]
    /// Arcs followed since the current operation began.
    private var work = 0

    // Memory to work in.
    private var arcs: [Arc] = []
    private var tokenArcs: [TokenArc] = []
    private var queue: [Item] = []
    private var matching: [Int32] = []
    private var news: [Item] = []

    private struct Configuration: Sendable {
        let items: Range<Int32>
        let mayEnd: Bool
        let readsTokens: Bool
    }

    private struct Step: Hashable {
        let number: Int32
        let byteClass: UInt8
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
    var isFull: Bool {
        rows.count > 4_000_000 || steps.count > 500_000 || items.count > 1_000_000 || stacks.count > 500_000
    }

    mutating func beginWork() { work = 0 }

    private mutating func count(_ arcs: Int) throws(ConstraintError) {
        work += arcs
        guard work <= Self.mostWork else { throw .tooLarge(what: "steps for one token", limit: Self.mostWork) }
    }

    func mayEnd(_ number: Int32) -> Bool { configurations[Int(number)].mayEnd }
    func readsTokens(_ number: Int32) -> Bool { configurations[Int(number)].readsTokens }
    /// The fewest bytes and tokens that complete the text.
    func length(_ number: Int32) -> Int32 { lengths[Int(number)] }
    /// Characters that may come next, whatever they are and in any order.
    func span(of number: Int32) -> CharacterSpan { spans[Int(number)] }

    func items(of number: Int32) -> ArraySlice<Item> {
        let range = configurations[Int(number)].items
        return items[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    // MARK: - Bytes

    /// The configuration after a byte of class `byteClass`.
    mutating func next(_ number: Int32, _ byteClass: UInt8) throws(ConstraintError) -> Int32 {
        let row = rowStarts[Int(number)]
        if row >= 0 { return next(inRow: row, byteClass) }
        let step = Step(number: number, byteClass: byteClass)
        if let known = steps[step] { return known }
        try findArcs(of: number)
        matching.removeAll(keepingCapacity: true)
        for place in arcs.indices where arcs[place].classes.contains(byteClass) { matching.append(Int32(place)) }
        let next = try follow(matching)
        steps[step] = next
        return next
    }

    /// Where the configurations are that follow a configuration.
    @inline(__always)
    mutating func row(of number: Int32) throws(ConstraintError) -> Int32 {
        let row = rowStarts[Int(number)]
        return row >= 0 ? row : try expand(number)
    }

    /// The configuration after a byte, by the row of the one before it.
    @inline(__always)
    func next(inRow row: Int32, _ byteClass: UInt8) -> Int32 { rows[Int(row) + Int(byteClass)] }

    /// Finds what all bytes lead to.
    @inline(never)
    private mutating func expand(_ number: Int32) throws(ConstraintError) -> Int32 {
        try findArcs(of: number)
        let start = rows.count
        let classCount = program.classCount
        rows.append(contentsOf: repeatElement(Self.dead, count: classCount))
        // Classes that the same arcs read lead to the same configuration. Neighbours often do.
        var groups: [(arcs: [Int32], next: Int32)] = []
        for byteClass in 0..<classCount {
            matching.removeAll(keepingCapacity: true)
            for place in arcs.indices where arcs[place].classes.contains(UInt8(byteClass)) {
                matching.append(Int32(place))
            }
            if matching.isEmpty { continue }
            if let known = groups.last(where: { $0.arcs == matching }) {
                rows[start + byteClass] = known.next
                continue
            }
            let next = try follow(matching)
            groups.append((matching, next))
            rows[start + byteClass] = next
        }
        rowStarts[Int(number)] = Int32(start)
        return Int32(start)
    }

    /// Fills `arcs` with all ways to read a byte, and `tokenArcs` with those to read a token.
    private mutating func findArcs(of number: Int32) throws(ConstraintError) {
        queue.removeAll(keepingCapacity: true)
        queue.append(contentsOf: items(of: number))
        try findArcs()
    }

    /// The same for the items in `queue`.
    private mutating func findArcs() throws(ConstraintError) {
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

    /// The configuration that some of `arcs` lead to.
    private mutating func follow(_ places: [Int32]) throws(ConstraintError) -> Int32 {
        try count(places.count + 4)
        news.removeAll(keepingCapacity: true)
        for place in places {
            let arc = arcs[Int(place)]
            try follow(arc.target, pushed: arc.pushed, round: arc.round, on: arc.stack)
        }
        return try internNews()
    }

    /// Adds what an arc leads to, to `news`.
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
        try findArcs(of: number)
        return Set(tokenArcs.map(\.set)).sorted().map { program.tokenSets[Int($0)] }
    }

    /// The configuration after a token that is read as a whole.
    mutating func next(_ number: Int32, token: Int32) throws(ConstraintError) -> Int32 {
        guard readsTokens(number) else { return Self.dead }
        try findArcs(of: number)
        news.removeAll(keepingCapacity: true)
        for place in tokenArcs.indices where program.tokenSets[Int(tokenArcs[place].set)].contains(token) {
            let arc = tokenArcs[place]
            try follow(arc.target, pushed: arc.pushed, round: arc.round, on: arc.stack)
        }
        return try internNews()
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
        guard let (loop, item) = onlyLoop(number) else { return number }
        let count = loop.equivalent(item.frame.count, length: length)
        return count == item.frame.count
            ? number : try intern([Item(Frame(item.frame.state, count: count), item.stack)])
    }

    /// The repetition that a configuration is in, if the text can be read in no other way.
    private func onlyLoop(_ number: Int32) -> (Program.Loop, Item)? {
        let items = items(of: number)
        guard items.count == 1, let item = items.first, item.frame != .bottom,
            case .loop(let loop, _) = program.states[Int(item.frame.state)]
        else { return nil }
        return (program.loops[Int(loop)], item)
    }

    // MARK: - Numbers

    /// - Parameter items: in any order, and perhaps the same frame with several stacks.
    private mutating func intern(_ items: some Sequence<Item>) throws(ConstraintError) -> Int32 {
        news.removeAll(keepingCapacity: true)
        news.append(contentsOf: items)
        return try internNews()
    }

    /// The number of the configuration of `news`.
    private mutating func internNews() throws(ConstraintError) -> Int32 {
        guard !news.isEmpty else { return Self.dead }
        if news.count > 1 { try joinNews() }
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
            span = max(span, try self.span(of: item.frame))
        }
        if !program.tokenSets.isEmpty { readsTokens = try self.readsTokens(news) }
        configurations.append(
            Configuration(items: start..<Int32(self.items.count), mayEnd: mayEnd, readsTokens: readsTokens))
        spans.append(span)
        lengths.append(length)
        rowStarts.append(-1)
        return number
    }

    /// Sorts `news`, and joins the stacks of equal frames.
    private mutating func joinNews() throws(ConstraintError) {
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
    private mutating func readsTokens(_ items: [Item]) throws(ConstraintError) -> Bool {
        // The arcs may be in use.
        let (savedArcs, savedTokenArcs) = (arcs, tokenArcs)
        (arcs, tokenArcs) = ([], [])
        defer { (arcs, tokenArcs) = (savedArcs, savedTokenArcs) }
        queue = items
        try findArcs()
        return !tokenArcs.isEmpty
    }

    private mutating func span(of frame: Frame) throws(ConstraintError) -> CharacterSpan {
        guard case .loop(let number, let next) = program.states[Int(frame.state)] else {
            return try closures.closure(of: frame.state).span
        }
        let loop = program.loops[Int(number)]
        let span = loop.span(after: frame.count)
        return frame.count < loop.min ? span : max(span, try closures.closure(of: next).span)
    }

    /// Whether no text fits that has more characters of the kinds of its span than the span is long.
    mutating func isSpanExact(_ number: Int32) throws(ConstraintError) -> Bool {
        guard let (loop, item) = onlyLoop(number), let limit = loop.max else { return false }
        guard loop.span(after: item.frame.count) == span(of: number) else { return false }
        let full = try intern([Item(Frame(item.frame.state, count: limit), item.stack)])
        let row = try row(of: full)
        return (0..<256).allSatisfy { byte in
            next(inRow: row, program.classes[byte]) == Self.dead
                || loop.kinds.isDisjoint(with: CharacterKinds(ofFirstByte: UInt8(byte)))
        }
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
