/// What a text may be after each beginning: configurations of a program, with a number each, and the bytes that lead
/// from one to the other. They are found when they are first needed.
///
/// A configuration is all ways in which the text so far can be read. Equal ones have equal numbers.
struct ConfigurationTable: Sendable {
    let program: Program
    var closures: ClosureTable
    var stacks = StackTable()

    private var lists = ItemListTable()
    private var facts: [Facts] = []
    // What walks look at, in arrays of their own.
    private var spans: [CharacterSpan] = []
    private var lengths: [Int32] = []
    /// The start of the row of each configuration; -1 if it was not looked at.
    private var rowStarts: [Int32] = []
    /// The configuration after a byte of each class, for each configuration that was looked at.
    private var rows: [Int32] = []
    /// Single steps from configurations without a row.
    private var steps: [Step: Int32] = [:]
    /// Arcs followed since the current operation began.
    private var work = 0

    // Memory to work in.
    var arcs: [Arc] = []
    var tokenArcs: [TokenArc] = []
    var queue: [Item] = []
    private var matching: [Int32] = []
    var news: [Item] = []

    private struct Facts: Sendable {
        let mayEnd: Bool
        let readsTokens: Bool
    }

    private struct Step: Hashable {
        let number: Int32
        let byteClass: UInt8
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
        _ = try intern([Item(Frame(program.start), StackTable.bottom)])
    }

    /// The configuration of the empty text.
    static let start: Int32 = 0

    /// Whether it is time to begin a new table.
    var isFull: Bool {
        rows.count > 4_000_000 || steps.count > 500_000 || lists.itemCount > 1_000_000 || stacks.count > 500_000
    }

    mutating func beginWork() { work = 0 }

    mutating func count(_ arcs: Int) throws(ConstraintError) {
        work += arcs
        guard work <= Self.mostWork else { throw .tooLarge(what: "steps for one token", limit: Self.mostWork) }
    }

    func mayEnd(_ number: Int32) -> Bool { facts[Int(number)].mayEnd }
    func readsTokens(_ number: Int32) -> Bool { facts[Int(number)].readsTokens }
    /// The fewest bytes and tokens that complete the text.
    func length(_ number: Int32) -> Int32 { lengths[Int(number)] }
    /// Characters that may come next, whatever they are and in any order.
    func span(of number: Int32) -> CharacterSpan { spans[Int(number)] }

    func items(of number: Int32) -> ArraySlice<Item> { lists[number] }

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

    // MARK: - Numbers

    /// - Parameter items: in any order, and perhaps the same frame with several stacks.
    mutating func intern(_ items: some Sequence<Item>) throws(ConstraintError) -> Int32 {
        news.removeAll(keepingCapacity: true)
        news.append(contentsOf: items)
        return try internNews()
    }

    /// The number of the configuration of `news`.
    mutating func internNews() throws(ConstraintError) -> Int32 {
        guard !news.isEmpty else { return Self.dead }
        if news.count > 1 { try joinNews() }
        let (number, isNew) = lists.insert(news)
        guard isNew else { return number }
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
        facts.append(Facts(mayEnd: mayEnd, readsTokens: readsTokens))
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
}
