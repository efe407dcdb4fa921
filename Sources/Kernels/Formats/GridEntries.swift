// What the formats with grids share in integer products.

extension PanelWords {
    /// The entries of a grid of 256 with these four bytes as indices, their nibbles in bytes.
    @inline(__always)
    func gridEntries(of grid: UnsafePointer<UInt16>) -> Bytes16<Self> {
        Self.nibbles(
            maskedHalves(0xff).entries(of: grid, count: 256),
            shiftedRight(8).maskedHalves(0xff).entries(of: grid, count: 256))
    }

    /// The entries of a larger grid. These four bytes are the lower bits of the indices; the others of index j begin at
    /// bit `spacing` * j of `upper`.
    /// - Parameter count: of the entries: 512, 1024 or 2048.
    @inline(__always)
    func gridEntries(
        of grid: UnsafePointer<UInt16>, count: Int, upper: Self, spacing: UInt32
    ) -> Bytes16<Self> {
        let mask = UInt32(truncatingIfNeeded: count &- 256)
        @inline(__always)
        func entries(_ lower: Self, _ first: UInt32, _ second: UInt32) -> Self {
            (lower.maskedHalves(0xff) | upper.shiftedLeft(first) & Self(repeating: mask)
                | upper.shiftedLeft(second) & Self(repeating: mask &<< 16))
                .entries(of: grid, count: count)
        }
        return Self.nibbles(
            entries(self, 8, 24 &- 2 &* spacing), entries(shiftedRight(8), 8 &- spacing, 24 &- 3 &* spacing))
    }

    /// The nibbles of four entries: those of indices 0 and 2, and those of 1 and 3.
    @inline(__always)
    private static func nibbles(_ even: Self, _ odd: Self) -> Bytes16<Self> {
        Bytes16(even.lowNibbles, odd.lowNibbles, even.highNibbles, odd.highNibbles)
    }
}

/// Words 2 * `index` and 2 * `index` + 1 of eight.
@inline(__always)
func wordPair<Words>(_ index: Int, of words: (Bytes16<Words>, Bytes16<Words>)) -> (Words, Words) {
    switch index {
    case 0: (words.0.a, words.0.b)
    case 1: (words.0.c, words.0.d)
    case 2: (words.1.a, words.1.b)
    default: (words.1.c, words.1.d)
    }
}
