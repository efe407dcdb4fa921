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
    static func fusedSum(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats
}

extension PanelWords {
    /// The bits of `mask` in each byte, shifted down by `shift` first.
    @inline(__always)
    func bits(_ mask: UInt8, downBy shift: UInt32 = 0) -> Self {
        (self &>> Self(repeating: shift)) & Self(repeating: UInt32(mask) &* 0x0101_0101)
    }

    /// `width` bits of each lane from bit `first` on.
    @inline(__always)
    func field(_ first: UInt32, width: UInt32) -> Self {
        (self &>> Self(repeating: first)) & Self(repeating: (1 &<< width) &- 1)
    }

    @inline(__always)
    func up(_ shift: UInt32) -> Self { self &<< Self(repeating: shift) }
}

/// Sixteen neighbouring bytes of each row of a panel.
struct FourWords<Words: PanelWords> {
    let a, b, c, d: Words

    @inline(__always)
    init(_ a: Words, _ b: Words, _ c: Words, _ d: Words) {
        (self.a, self.b, self.c, self.d) = (a, b, c, d)
    }

    @inline(__always)
    func map(_ transform: (Words) -> Words) -> FourWords {
        FourWords(transform(a), transform(b), transform(c), transform(d))
    }

    /// For each byte, of which the upper half is zero, an entry of a table of signed bytes.
    @inline(__always)
    func entries(of table: SIMD16<Int8>) -> FourWords { map { $0.entries(of: table) } }

    /// The bits of `mask` in each byte, shifted down by `shift` first.
    @inline(__always)
    func bits(_ mask: UInt8, downBy shift: UInt32 = 0) -> FourWords { map { $0.bits(mask, downBy: shift) } }

    @inline(__always)
    func up(_ shift: UInt32) -> FourWords { map { $0.up(shift) } }

    @inline(__always)
    static func | (left: FourWords, right: FourWords) -> FourWords {
        FourWords(left.a | right.a, left.b | right.b, left.c | right.c, left.d | right.d)
    }
}

/// A group of 32 codes of each row of a panel, with their scales.
struct PanelGroup<Words: PanelWords> {
    /// Codes 0 ..< 16 and 16 ..< 32, in bytes.
    let first, second: FourWords<Words>
    /// The scales of both halves; equal where the format has one.
    let firstScale, secondScale: Words.Floats
    /// What is added to the values of each half; zeros where the format has no minimum.
    let firstMinimum, secondMinimum: Words.Floats

    @inline(__always)
    init(_ first: FourWords<Words>, _ second: FourWords<Words>, scale: Words.Floats, minimum: Words.Floats = .zero) {
        (self.first, self.second) = (first, second)
        (firstScale, secondScale) = (scale, scale)
        (firstMinimum, secondMinimum) = (minimum, minimum)
    }

    @inline(__always)
    init(
        _ first: FourWords<Words>, _ second: FourWords<Words>, scales: (Words.Floats, Words.Floats),
        minima: (Words.Floats, Words.Floats) = (.zero, .zero)
    ) {
        (self.first, self.second) = (first, second)
        (firstScale, secondScale) = scales
        (firstMinimum, secondMinimum) = minima
    }
}

/// The rows of a panel as a kernel reads them: the same bytes of every row at once.
///
/// Each load also prefetches part of the next panel, which follows in memory. `ahead` names the byte range of a row to
/// prefetch with this load. Formats must cover each byte exactly once, evenly spaced: a burst of prefetches fills the
/// queue that loads also need.
protocol PanelRows {
    associatedtype Words: PanelWords

    /// The 16 bytes at `offset` of each row.
    func words(_ offset: Int, ahead: BytesAhead) -> FourWords<Words>
    /// The 16 bytes at `offset` of each row, and those that follow.
    func twiceWords(_ offset: Int, ahead: BytesAhead) -> (FourWords<Words>, FourWords<Words>)
    /// The four bytes at `offset` of each row.
    func word(_ offset: Int, ahead: BytesAhead) -> Words
    /// The half-precision float at `offset` of each row.
    func halves(_ offset: Int, ahead: BytesAhead) -> Words.Floats
    /// Prefetches without loading, for blocks whose loads come all at once.
    func fetch(_ ahead: BytesAhead)
}

extension PanelRows {
    @inline(__always)
    func words(_ offset: Int) -> FourWords<Words> { words(offset, ahead: BytesAhead(offset, 16)) }

    @inline(__always)
    func twiceWords(_ offset: Int) -> (FourWords<Words>, FourWords<Words>) {
        twiceWords(offset, ahead: BytesAhead(offset, 32))
    }

    @inline(__always)
    func word(_ offset: Int) -> Words { word(offset, ahead: BytesAhead(offset, 4)) }

    @inline(__always)
    func halves(_ offset: Int) -> Words.Floats { halves(offset, ahead: BytesAhead(offset, 2)) }
}

/// The byte range of each row of the next panel to prefetch. A constant count leaves no computation for run time.
struct BytesAhead {
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
