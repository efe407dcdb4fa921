internal import GGUF
internal import TensorBase

/// Blocks of 256: a half d and 256 codes of 0, 1 or 2; value = d * (code - 1).
///
/// A byte holds five codes, four in the last four bytes, then d: code n of byte b is the integer part of
/// 3 * (b * 3^n mod 256) / 256. Bytes 0 ..< 32 hold values 32 n + i, bytes 32 ..< 48 values 160 + 16 n + i, and bytes
/// 48 ..< 52 values 240 + 4 n + i, with i counted from the first of these bytes.
enum TQ1_0: BlockFormat {
    static var type: TensorType { .tq1_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 52) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(52)
        @inline(__always)
        func decode(_ bytes: UnsafeRawPointer, count: Int, codes: Int, _ values: UnsafeMutablePointer<Float>) {
            for index in 0..<count {
                var byte = bytes.byte(index)
                for code in 0..<codes {
                    values[code * count + index] = scale * Float(Int((UInt16(byte) * 3) >> 8) - 1)
                    byte = byte &* 3
                }
            }
        }
        decode(block, count: 32, codes: 5, values)
        decode(block + 32, count: 16, codes: 5, values + 160)
        decode(block + 48, count: 4, codes: 4, values + 240)
    }
}

extension TQ1_0: IntegerFormat {
    static var bias: Int32 { 1 }
    static var largestCode: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 54
        let scale = rows.loadHalf(at: at &+ 52, prefetching: Prefetch(at, 2))
        let (low, high) = rows.load32(at: at, prefetching: Prefetch(at &+ 2, 32))
        let others = rows.load16(at: at &+ 32, prefetching: Prefetch(at &+ 34, 16))
        let last = rows.load4(at: at &+ 48, prefetching: Prefetch(at &+ 50, 4))
        var (first, second) = (Trits(low), Trits(high))
        for group in 0..<5 {
            body(8 &* block &+ group, PanelGroup(first.next(), second.next(), scale: scale))
        }
        first = Trits(others)
        // The last three groups: the fifth trits of `others` are followed by the four of `last`.
        let (next, third) = (last.timesThree, last.timesThree.timesThree)
        second = Trits(Bytes16(last, next, third, third.timesThree))
        for group in 5..<8 {
            let codes = first.next()
            body(
                8 &* block &+ group, PanelGroup(codes, group < 7 ? first.next() : second.next(), scale: scale))
        }
    }
}

/// Sixteen bytes of trits of each row, of which the first is taken at a time.
private struct Trits<Words: PanelWords> {
    private var bytes: Bytes16<Words>

    @inline(__always)
    init(_ bytes: Bytes16<Words>) { self.bytes = bytes }

    /// The first trit of each byte; the others move up.
    @inline(__always)
    mutating func next() -> Bytes16<Words> {
        let first = bytes.map(\.firstTrits)
        bytes = bytes.map(\.timesThree)
        return first
    }
}

extension PanelWords {
    /// The upper bytes of the bytes times three.
    fileprivate var firstTrits: Self {
        @inline(__always) get {
            let (even, odd) = tripled
            return even.shiftedRight(8) & Self(repeating: 0x3_0003) | odd & Self(repeating: 0x300_0300)
        }
    }

    /// The lower bytes of the bytes times three.
    fileprivate var timesThree: Self {
        @inline(__always) get {
            let (even, odd) = tripled
            return even & Self(repeating: 0xff_00ff) | (odd & Self(repeating: 0xff_00ff)).shiftedLeft(8)
        }
    }

    /// Three times the bytes 0 and 2, and 1 and 3, of each lane in 16 bits.
    private var tripled: (Self, Self) {
        @inline(__always) get {
            let even = self & Self(repeating: 0xff_00ff)
            let odd = shiftedRight(8) & Self(repeating: 0xff_00ff)
            return (even &+ even.shiftedLeft(1), odd &+ odd.shiftedLeft(1))
        }
    }
}
