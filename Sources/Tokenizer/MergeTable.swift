/// Which pairs of tokens merge, into which token, and in what order.
struct MergeTable: Sendable {
    /// How a pair merges. Lower ranks merge first.
    struct Merge: Equatable {
        var rank: UInt32
        var result: TokenID
    }

    /// Pair, rank and result together, so that a look-up touches one cache line.
    private struct Slot {
        var pair: UInt64
        var merge: Merge
    }

    /// Open addressing with linear probing; at least half of the slots are `free`.
    private var slots: [Slot]
    /// Random, so that a file cannot be crafted to cause collisions.
    private let seed: UInt64

    /// For every byte: whether a token that ends in it merges with one that begins with `▁`.
    private var joinsWords = [Bool](repeating: false, count: 256)

    /// Not a valid pair, since ids are not negative.
    private static let free = UInt64.max

    /// An empty table with room for `count` merges.
    init(capacity count: Int) {
        seed = .random(in: .min ... .max)
        slots = [Slot](
            repeating: Slot(pair: Self.free, merge: Merge(rank: 0, result: 0)), count: tableCapacity(for: count))
    }

    /// How two adjacent tokens merge; nil if they do not.
    @inline(__always)
    func merge(_ left: TokenID, _ right: TokenID) -> Merge? {
        let pair = Self.pair(left, right)
        return slots.withUnsafeBufferPointer { slots in
            let slot = Self.probe(pair, slots, seed)
            return slots[slot].pair == Self.free ? nil : slots[slot].merge
        }
    }

    /// Adds a merge. There is room for `capacity` of them. If a pair is added twice, the first is kept.
    @inline(__always)
    mutating func insert(_ left: TokenID, _ right: TokenID, _ merge: Merge) {
        let (pair, seed) = (Self.pair(left, right), seed)
        slots.withUnsafeMutableBufferPointer { slots in
            let slot = Self.probe(pair, UnsafeBufferPointer(slots), seed)
            if slots[slot].pair == Self.free { slots[slot] = Slot(pair: pair, merge: merge) }
        }
    }

    /// Whether a token that ends in `byte` may merge with a token that begins with `▁`. If not, a text can be split
    /// before a word, and merging both parts separately gives the same result.
    func joinsWord(after byte: UInt8) -> Bool { joinsWords[Int(byte)] }

    /// Records that a merge joins a token that ends in `byte` and one that begins with `▁`.
    mutating func noteWordJoined(after byte: UInt8) { joinsWords[Int(byte)] = true }

    @inline(__always)
    private static func pair(_ left: TokenID, _ right: TokenID) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// The slot of `pair`, or the free one where it would be inserted.
    @inline(__always)
    private static func probe(_ pair: UInt64, _ slots: UnsafeBufferPointer<Slot>, _ seed: UInt64) -> Int {
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: mix(pair ^ seed)) & mask
        while slots[slot].pair != pair, slots[slot].pair != free { slot = (slot &+ 1) & mask }
        return slot
    }
}
