/// What a text may be after each beginning: configurations of a program, with a number each, and the bytes that lead
/// from one to the other. They are found when they are first needed.
///
/// A configuration is all ways in which the text so far can be read. Equal ones have equal numbers.
struct ConfigurationTable: Sendable {
    var reader: ItemReader

    private var lists = ItemListTable()
    private var facts: [Facts] = []
    // What walks look at, in arrays of their own.
    private var spans: [CharacterSpan] = []
    private var spanLengths: [Int32] = []
    private var lengths: [Int32] = []
    /// The start of the row of each configuration; -1 if it was not looked at.
    private var rowStarts: [Int32] = []
    /// The configuration after a byte of each class, for each configuration that was looked at.
    private var rows: [Int32] = []
    /// Single steps from configurations without a row.
    private var steps: [Step: Int32] = [:]
    private var matching: [Int32] = []  // memory to work in

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

    init(_ program: Program) throws(ConstraintError) {
        reader = ItemReader(program)
        _ = try intern([Item(Frame(program.start), StackTable.bottom)])
    }

    /// The configuration of the empty text.
    static let start: Int32 = 0

    /// Whether it is time to begin a new table.
    var isFull: Bool {
        rows.count > 4_000_000 || steps.count > 500_000 || lists.itemCount > 1_000_000 || reader.stacks.count > 500_000
    }

    var program: Program { reader.program }

    mutating func beginWork() { reader.beginWork() }

    func mayEnd(_ number: Int32) -> Bool { facts[Int(number)].mayEnd }
    func readsTokens(_ number: Int32) -> Bool { facts[Int(number)].readsTokens }
    /// The fewest bytes and tokens that complete the text.
    func length(_ number: Int32) -> Int32 { lengths[Int(number)] }
    /// Characters that may come next, whatever they are and in any order.
    func span(of number: Int32) -> CharacterSpan { spans[Int(number)] }
    /// At most so many bytes and tokens complete the text after characters of the span.
    func spanLength(of number: Int32) -> Int32 { spanLengths[Int(number)] }

    func items(of number: Int32) -> ArraySlice<Item> { lists[number] }

    // MARK: - Bytes

    /// The configuration after a byte of class `byteClass`.
    mutating func next(_ number: Int32, _ byteClass: UInt8) throws(ConstraintError) -> Int32 {
        let row = rowStarts[Int(number)]
        if row >= 0 { return next(inRow: row, byteClass) }
        let step = Step(number: number, byteClass: byteClass)
        if let known = steps[step] { return known }
        try reader.findArcs(of: items(of: number))
        matching.removeAll(keepingCapacity: true)
        for place in reader.arcs.indices where reader.arcs[place].classes.contains(byteClass) {
            matching.append(Int32(place))
        }
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
        try reader.findArcs(of: items(of: number))
        try reader.count(reader.arcs.count)
        let start = rows.count
        let classCount = program.classCount
        rows.append(contentsOf: repeatElement(Self.dead, count: classCount))
        // Classes that the same arcs read lead to the same configuration. Neighbours often do.
        var groups: [(arcs: [Int32], next: Int32)] = []
        for byteClass in 0..<classCount {
            matching.removeAll(keepingCapacity: true)
            for place in reader.arcs.indices where reader.arcs[place].classes.contains(UInt8(byteClass)) {
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

    /// The configuration that some of the reader's arcs lead to.
    private mutating func follow(_ places: [Int32]) throws(ConstraintError) -> Int32 {
        try reader.count(places.count + 4)
        reader.beginNews()
        for place in places { try reader.follow(reader.arcs[Int(place)]) }
        return try internNews()
    }

    // MARK: - Tokens

    /// What the sets of tokens are that may be read as a whole.
    mutating func tokenSets(_ number: Int32) throws(ConstraintError) -> [TokenSet] {
        guard readsTokens(number) else { return [] }
        try reader.findArcs(of: items(of: number))
        return Set(reader.tokenArcs.map(\.set)).sorted().map { program.tokenSets[Int($0)] }
    }

    /// The configuration after a token that is read as a whole.
    mutating func next(_ number: Int32, token: Int32) throws(ConstraintError) -> Int32 {
        guard readsTokens(number) else { return Self.dead }
        try reader.findArcs(of: items(of: number))
        reader.beginNews()
        for arc in reader.tokenArcs where program.tokenSets[Int(arc.set)].contains(token) { try reader.follow(arc) }
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
        reader.beginNews(with: items)
        return try internNews()
    }

    /// The number of the configuration of the reader's news.
    private mutating func internNews() throws(ConstraintError) -> Int32 {
        guard !reader.news.isEmpty else { return Self.dead }
        if reader.news.count > 1 { try reader.joinNews() }
        let news = reader.news
        let (number, isNew) = lists.insert(news)
        guard isNew else { return number }
        var (mayEnd, readsTokens) = (false, false)
        var (span, spanLength) = (CharacterSpan.none, Int32(0))
        var length = Program.endless
        for item in news {
            length = min(length, program.length(of: item.frame) + reader.stacks.length(item.stack))
            if item.frame == .bottom {
                mayEnd = true
                continue
            }
            if reader.stacks.mayEnd(item.stack), try reader.mayLeave(item.frame) { mayEnd = true }
            let (new, rest) = try reader.span(of: item.frame)
            let restLength = min(Program.endless, rest + reader.stacks.length(item.stack))
            if span < new { (span, spanLength) = (new, restLength) } else { spanLength = max(spanLength, restLength) }
        }
        if !program.tokenSets.isEmpty { readsTokens = try reader.readsTokens(news) }
        facts.append(Facts(mayEnd: mayEnd, readsTokens: readsTokens))
        spans.append(span)
        spanLengths.append(spanLength)
        lengths.append(length)
        rowStarts.append(-1)
        return number
    }
}
