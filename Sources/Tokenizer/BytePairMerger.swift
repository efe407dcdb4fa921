/// Merges neighbouring tokens until none are left to merge: lowest rank first, and the leftmost of equal ranks.
///
/// Uses a doubly linked list of symbols and a priority queue of mergeable pairs: O(n log n) in the number of symbols.
/// Memory is reused from one piece of text to the next.
struct BytePairMerger {
    /// An entry of the queue has 64 bits: half for the rank, half for the symbol's index.
    static let maximumCount = Int(Int32.max)

    private struct Symbol {
        var token: TokenID
        /// The neighbouring symbols; `none` at the ends.
        var previous: Int32
        var next: Int32
        /// How this symbol merges with the next one; `noRank` if it does not, or if it was merged into another.
        var rank = noRank
        var result: TokenID = 0
    }

    private static let none: Int32 = -1
    private static let noRank = UInt32.max

    private let merges: MergeTable
    private var symbols: [Symbol] = []
    /// Pairs that merge: the rank in the upper half, the index of the left symbol in the lower. Entries may be
    /// outdated.
    private var queue = MinHeap()

    init(_ merges: MergeTable) { self.merges = merges }

    var count: Int { symbols.count }

    /// The last symbol that was appended.
    var last: TokenID? { symbols.last?.token }

    /// Adds a symbol at the end. There must be fewer than `maximumCount`.
    mutating func append(_ token: TokenID) {
        let index = Int32(truncatingIfNeeded: symbols.count)
        if index > 0 { symbols[Int(index) - 1].next = index }
        symbols.append(Symbol(token: token, previous: index - 1, next: Self.none))
    }

    /// Merges all symbols and moves the result to `output`.
    mutating func flush(into output: inout [TokenID]) {
        if symbols.count > 1 { merge() }
        var index: Int32 = symbols.isEmpty ? Self.none : 0
        while index != Self.none {
            output.append(symbols[Int(index)].token)
            index = symbols[Int(index)].next
        }
        symbols.removeAll(keepingCapacity: true)
    }

    private mutating func merge() {
        queue.removeAll()
        for index in 0..<symbols.count - 1 {
            if let entry = lookUp(index) { queue.append(entry) }
        }
        queue.restoreOrder()
        while let entry = queue.pop() {
            let left = Int(entry & 0xFFFF_FFFF)
            // Ranks are unique, so an unchanged rank is an unchanged pair.
            guard symbols[left].rank == UInt32(entry >> 32) else { continue }
            join(left)
            if let entry = lookUp(left) { queue.push(entry) }
            let previous = symbols[left].previous
            if previous != Self.none, let entry = lookUp(Int(previous)) { queue.push(entry) }
        }
    }

    /// Replaces the symbol at `left` and the next one with their merged symbol.
    private mutating func join(_ left: Int) {
        let right = Int(symbols[left].next)
        let next = symbols[right].next
        symbols[left].token = symbols[left].result
        symbols[left].next = next
        if next != Self.none { symbols[Int(next)].previous = Int32(truncatingIfNeeded: left) }
        symbols[right].rank = Self.noRank
    }

    /// Records how the symbol at `index` merges with the next one. Returns the queue entry of the pair if it does.
    @inline(__always)
    private mutating func lookUp(_ index: Int) -> UInt64? {
        let next = symbols[index].next
        guard next != Self.none, let merge = merges.merge(symbols[index].token, symbols[Int(next)].token) else {
            symbols[index].rank = Self.noRank
            return nil
        }
        symbols[index].rank = merge.rank
        symbols[index].result = merge.result
        return UInt64(merge.rank) << 32 | UInt64(index)
    }
}
