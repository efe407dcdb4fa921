/// Which two tokens merge into which, and in what order.
struct MergeTable: Sendable {
    /// A merge found: pairs with a lower rank merge first.
    struct Merge: Equatable {
        var rank: UInt32
        var result: TokenID
    }

    /// Pair, rank and result side by side: a look-up touches one cache line.
    private struct Slot {
        var pair: UInt64
        var merge: Merge
    }

    /// Open addressing with linear probing; half of the slots have `free` in place of a pair.
    private var slots: [Slot]
    /// Random, so that nobody can make a file whose pairs collide.
    private let seed: UInt64

    /// For every byte, whether a token that ends in it merges with one that begins with `▁`.
    private var joinsWords = [Bool](repeating: false, count: 256)

    /// No pair: ids are not negative.
    private static let free = UInt64.max

    /// An empty table with place for `count` merges.
    init(capacity count: Int) {
        seed = .random(in: .min ... .max)
        slots = [Slot](
            repeating: Slot(pair: Self.free, merge: Merge(rank: 0, result: 0)), count: tableCapacity(for: count))
    }

    /// How two tokens that follow each other merge, if they do.
    @inline(__always)
    func merge(_ left: TokenID, _ right: TokenID) -> Merge? {
        let pair = Self.pair(left, right)
        return slots.withUnsafeBufferPointer { slots in
            let slot = Self.probe(pair, slots, seed)
            return slots[slot].pair == Self.free ? nil : slots[slot].merge
        }
    }

    /// Adds a merge, at most `capacity` of them. Where a pair comes twice, the first is kept.
    @inline(__always)
    mutating func insert(_ left: TokenID, _ right: TokenID, _ merge: Merge) {
        let (pair, seed) = (Self.pair(left, right), seed)
        slots.withUnsafeMutableBufferPointer { slots in
            let slot = Self.probe(pair, UnsafeBufferPointer(slots), seed)
            if slots[slot].pair == Self.free { slots[slot] = Slot(pair: pair, merge: merge) }
        }
    }

    /// Whether a token that ends in `byte` may merge with a token that begins with `▁`. Where it may not, a text can be
    /// divided before a word and both parts merged on their own, without a difference in the result.
    func joinsWord(after byte: UInt8) -> Bool { joinsWords[Int(byte)] }

    /// Notes that a merge joins a token that ends in `byte` and one that begins with `▁`.
    mutating func noteWordJoined(after byte: UInt8) { joinsWords[Int(byte)] = true }

    @inline(__always)
    private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// The slot that holds `pair`, or the free one where it belongs.
    @inline(__always)
    private static func probe(_ pair: UInt64, _ slots: UnsafeBufferPointer<Slot>, _ seed: UInt64) -> Int {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: mix(pair ^ seed)) & mask
        while slots[slot].pair != pair, slots[slot].pair != free { slot = (slot &+ 1) & mask }
        return slot
    }
}
