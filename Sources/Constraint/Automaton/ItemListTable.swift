/// Lists of items, each with a number; equal lists have equal numbers.
struct ItemListTable: Sendable {
    private var items: [Item] = []
    /// Where each list ends.
    private var ends: [Int32] = []
    /// Open addressing with linear probing; at least half of the slots are free, which is -1.
    private var slots = [Int32](repeating: -1, count: 256)

    /// How many lists there are.
    var count: Int { ends.count }
    /// How many items they have.
    var itemCount: Int { items.count }

    subscript(number: Int32) -> ArraySlice<Item> {
        items[(number == 0 ? 0 : Int(ends[Int(number) - 1]))..<Int(ends[Int(number)])]
    }

    /// The number of a list.
    mutating func insert(_ list: some Collection<Item>) -> (number: Int32, isNew: Bool) {
        if count * 2 > slots.count { grow() }
        var slot = Self.hash(list) & (slots.count - 1)
        while slots[slot] >= 0 {
            if self[slots[slot]].elementsEqual(list) { return (slots[slot], false) }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = Int32(count)
        slots[slot] = number
        items.append(contentsOf: list)
        ends.append(Int32(items.count))
        return (number, true)
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for number in 0..<Int32(count) {
            var slot = Self.hash(self[number]) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = number
        }
    }

    private static func hash(_ list: some Collection<Item>) -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for item in list {
            let frame = item.frame
            let low = UInt64(UInt32(bitPattern: frame.state)) | UInt64(UInt32(bitPattern: frame.count)) << 32
            hash = (hash ^ low) &* 0xFF51_AFD7_ED55_8CCD
            hash = ((hash ^ hash >> 32) ^ UInt64(UInt32(bitPattern: item.stack))) &* 0xC4CE_B9FE_1A85_EC53
        }
        return Int(truncatingIfNeeded: hash >> 20)
    }
}
