/// Four neighbouring bytes of each of a panel's rows: lane r is row r.
///
/// Bits of all four bytes are picked at once, by masks that repeat in each byte.
protocol PanelWords: SIMD where Scalar == UInt32 {
    associatedtype Floats: SIMD where Floats.Scalar == Float

    /// Each lane, as a signed integer.
    var floats: Floats { get }
    /// The lower half of each lane, as a half-precision float.
    var halves: Floats { get }
    /// For each byte, of which the upper half is zero, an entry of a table of signed bytes.
    func entries(of table: SIMD16<Int8>) -> Self
    /// For both halves of each lane, an entry of a table of 16 bits.
    /// - Parameter count: of the entries: 256, 512, 1024 or 2048. No index is larger.
    func entries(of table: UnsafePointer<UInt16>, count: Int) -> Self
    /// Each byte b, or `sum` - b where a bit of `bits` is set: bit `first` + j for byte j of a lane.
    /// - Parameters:
    ///   - sum: no byte is larger.
    ///   - first: a multiple of four.
    func mirrored(in sum: UInt8, where bits: Self, from first: Int) -> Self
    static func fusedSum(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats
}

extension PanelWords {
    @inline(__always)
    func entries(of table: UnsafePointer<UInt16>, count: Int) -> Self {
        var entries = Self()
        for lane in 0..<Self.scalarCount {
            let indices = self[lane]
            let (low, high) = (table[Int(indices & 0xffff)], table[Int(indices >> 16)])
            entries[lane] = UInt32(low) | UInt32(high) << 16
        }
        return entries
    }

    @inline(__always)
    func mirrored(in sum: UInt8, where bits: Self, from first: Int) -> Self {
        let four = bits.field(UInt32(truncatingIfNeeded: first), width: 4)
        // Bit j at the lowest place of byte j, then in the whole byte.
        let ones = (four | four.shiftedLeft(7) | four.shiftedLeft(14) | four.shiftedLeft(21)).masked(1)
        let mask = ones.shiftedLeft(8) &- ones
        // No byte borrows from the next.
        let mirrored = Self(repeating: UInt32(sum) &* 0x0101_0101) &- self
        return self ^ (self ^ mirrored) & mask
    }

    /// The bits of `mask` in each byte.
    @inline(__always)
    func masked(_ mask: UInt8) -> Self { self & Self(repeating: UInt32(mask) &* 0x0101_0101) }

    /// The bits of `mask` in both halves of each lane.
    @inline(__always)
    func maskedHalves(_ mask: UInt16) -> Self { self & Self(repeating: UInt32(mask) &* 0x1_0001) }

    /// `width` bits of each lane from bit `first` on.
    @inline(__always)
    func field(_ first: UInt32, width: UInt32) -> Self {
        (self &>> Self(repeating: first)) & Self(repeating: (1 &<< width) &- 1)
    }

    /// 2 s + 1 for the scale s of four bits from bit `first` on.
    @inline(__always)
    func oddScale(_ first: UInt32) -> Floats {
        (field(first, width: 4).shiftedLeft(1) | Self(repeating: 1)).floats
    }

    /// Each lane shifted as a whole: bits move from one byte to the next, and a mask has to follow.
    @inline(__always)
    func shiftedRight(_ shift: UInt32) -> Self { self &>> Self(repeating: shift) }

    @inline(__always)
    func shiftedLeft(_ shift: UInt32) -> Self { self &<< Self(repeating: shift) }

    /// The nibbles 0, 2, 1 and 3 of each lane's lower half, in bytes: an entry of `Grids`.
    var lowNibbles: Self {
        @inline(__always) get { self & Self(repeating: 0x0f0f) | shiftedLeft(12) & Self(repeating: 0x0f0f_0000) }
    }

    /// The same of the upper half.
    var highNibbles: Self {
        @inline(__always) get {
            shiftedRight(16) & Self(repeating: 0x0f0f) | shiftedRight(4) & Self(repeating: 0x0f0f_0000)
        }
    }

    /// The bits of each lane as a float.
    var floatsOfBits: Floats {
        @inline(__always) get { unsafeBitCast(self, to: Floats.self) }
    }
}

/// Sixteen neighbouring bytes of each row of a panel.
struct Bytes16<Words: PanelWords> {
    let a, b, c, d: Words

    @inline(__always)
    init(_ a: Words, _ b: Words, _ c: Words, _ d: Words) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    /// Bytes `4 * index ..< 4 * index + 4`.
    subscript(index: Int) -> Words {
        @inline(__always) get {
            switch index {
            case 0: a
            case 1: b
            case 2: c
            default: d
            }
        }
    }

    @inline(__always)
    func map(_ transform: (Words) -> Words) -> Bytes16 {
        Bytes16(transform(a), transform(b), transform(c), transform(d))
    }

    /// For each byte, of which the upper half is zero, an entry of a table of signed bytes.
    @inline(__always)
    func entries(of table: SIMD16<Int8>) -> Bytes16 { map { $0.entries(of: table) } }

    /// Each byte, or `sum` minus it where one of the 16 bits of `bits` from bit `first` on is set; see `PanelWords`.
    @inline(__always)
    func mirrored(in sum: UInt8, where bits: Words, from first: Int) -> Bytes16 {
        Bytes16(
            a.mirrored(in: sum, where: bits, from: first), b.mirrored(in: sum, where: bits, from: first &+ 4),
            c.mirrored(in: sum, where: bits, from: first &+ 8), d.mirrored(in: sum, where: bits, from: first &+ 12))
    }

    /// The bits of `mask` in each byte.
    @inline(__always)
    func masked(_ mask: UInt8) -> Bytes16 { map { $0.masked(mask) } }

    /// Lanes of four bytes shifted as a whole; see `PanelWords.shiftedRight`.
    @inline(__always)
    func shiftedRight(_ shift: UInt32) -> Bytes16 { map { $0.shiftedRight(shift) } }

    @inline(__always)
    func shiftedLeft(_ shift: UInt32) -> Bytes16 { map { $0.shiftedLeft(shift) } }

    @inline(__always)
    static func | (left: Bytes16, right: Bytes16) -> Bytes16 {
        Bytes16(left.a | right.a, left.b | right.b, left.c | right.c, left.d | right.d)
    }
}

/// A group of 32 codes of each row of a panel, with their scales.
struct PanelGroup<Words: PanelWords> {
    /// Codes 0 ..< 16 and 16 ..< 32, in bytes.
    let first, second: Bytes16<Words>
    /// The scales of both halves; equal where the format has one.
    let firstScale, secondScale: Words.Floats
    /// What is added to the values of each half; zeros where the format has no minimum.
    let firstMinimum, secondMinimum: Words.Floats

    @inline(__always)
    init(_ first: Bytes16<Words>, _ second: Bytes16<Words>, scale: Words.Floats, minimum: Words.Floats = .zero) {
        (self.first, self.second) = (first, second)
        (firstScale, secondScale) = (scale, scale)
        (firstMinimum, secondMinimum) = (minimum, minimum)
    }

    @inline(__always)
    init(
        _ first: Bytes16<Words>, _ second: Bytes16<Words>, scales: (Words.Floats, Words.Floats),
        minima: (Words.Floats, Words.Floats) = (.zero, .zero)
    ) {
        (self.first, self.second) = (first, second)
        (firstScale, secondScale) = scales
        (firstMinimum, secondMinimum) = minima
    }
}

/// The rows of a panel as a kernel reads them: the same bytes of every row at once.
///
/// `load16` transposes sixteen bytes of each row in registers. With sixteen rows:
///
///              memory                                         registers
///     row 0    | b0-3 | b4-7 | b8-11 | b12-15 |           a | row 0 b0-3   | row 1 b0-3   | … | row 15 b0-3   |
///     row 1    | b0-3 | b4-7 | b8-11 | b12-15 |    →      b | row 0 b4-7   | row 1 b4-7   | … | row 15 b4-7   |
///      …                                                  c | row 0 b8-11  | row 1 b8-11  | … | row 15 b8-11  |
///     row 15   | b0-3 | b4-7 | b8-11 | b12-15 |           d | row 0 b12-15 | row 1 b12-15 | … | row 15 b12-15 |
///
/// Four codes of a token, repeated in every lane, then meet four weights of each row, and each row's sum stays in its
/// lane.
///
/// Each load also prefetches part of the next panel, which follows in memory: the bytes of a row that the second
/// argument names, for all rows. Formats must cover each byte exactly once, evenly spaced: a burst of prefetches fills
/// the queue that loads also need.
protocol PanelRows {
    associatedtype Words: PanelWords

    /// The 16 bytes at `offset` of each row.
    func load16(at offset: Int, prefetching bytes: Prefetch) -> Bytes16<Words>
    /// The 16 bytes at `offset` of each row, and the next 16.
    func load32(at offset: Int, prefetching bytes: Prefetch) -> (Bytes16<Words>, Bytes16<Words>)
    /// The four bytes at `offset` of each row.
    func load4(at offset: Int, prefetching bytes: Prefetch) -> Words
    /// The half-precision float at `offset` of each row, widened.
    func loadHalf(at offset: Int, prefetching bytes: Prefetch) -> Words.Floats
    /// Prefetches without loading, for blocks whose loads come all at once.
    func prefetch(_ bytes: Prefetch)
}

extension PanelRows {
    @inline(__always)
    func load16(at offset: Int) -> Bytes16<Words> { load16(at: offset, prefetching: Prefetch(offset, 16)) }

    @inline(__always)
    func load32(at offset: Int) -> (Bytes16<Words>, Bytes16<Words>) {
        load32(at: offset, prefetching: Prefetch(offset, 32))
    }

    @inline(__always)
    func load4(at offset: Int) -> Words { load4(at: offset, prefetching: Prefetch(offset, 4)) }

    @inline(__always)
    func loadHalf(at offset: Int) -> Words.Floats { loadHalf(at: offset, prefetching: Prefetch(offset, 2)) }
}

/// The byte range of each row of the next panel to prefetch. A constant count leaves no computation for run time.
struct Prefetch {
    let offset: Int
    let count: Int

    @inline(__always)
    init(_ offset: Int, _ count: Int) {
        self.offset = offset
        self.count = count
    }

    /// Prefetches the cache lines of the range that are the share of step `step` of `steps`, at most three.
    /// - Parameters:
    ///   - next: the next panel, of `rows` rows.
    @inline(__always)
    func fetch(_ next: UnsafeRawPointer, rows: Int, step: Int, of steps: Int) {
        let lines = (count &* rows &+ 63) / 64
        let (line, end) = (step &* lines / steps, (step &+ 1) &* lines / steps)
        let first = next + (offset &* rows &+ line &* 64)
        // No loop, because the optimiser would not unroll it.
        if line < end { prefetch(first) }
        if line &+ 1 < end { prefetch(first + 64) }
        if line &+ 2 < end { prefetch(first + 128) }
    }
}
