internal import GGUF
internal import TensorBase

/// Blocks of 256 in 16 groups of 16: value = d * (scale - 32) * (code - 4), with codes of 3 bits and a scale of 6 bits
/// for each group.
///
/// 32 bytes with the codes' third bits, 64 bytes with their lower two, 12 bytes of scales, then the half d. The lower
/// bits are stored as in Q2_K; bit j of byte i of the first 32 is the third bit of code 32 j + i.
enum Q3_K: BlockFormat {
    static var type: TensorType { .q3_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 108) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(108)
        for group in 0..<16 {
            let step = scale * Float(self.scale(block + 96, group: group))
            let column = group % 2 * 16
            let lower = block + 32 + group / 8 * 32 + column
            let third = block + column
            let shift = UInt8(group % 8 / 2 * 2)
            let bit = UInt8(group / 2)
            for index in 0..<16 {
                let code = lower.byte(index) &>> shift & 3 | (third.byte(index) &>> bit & 1) << 2
                values[group * 16 + index] = step * Float(Int(code) - 4)
            }
        }
    }

    /// The lower four bits of scales 0 to 7 and 8 to 15 are the low and high halves of 8 bytes; the upper two bits of
    /// scale i are in byte 8 + i % 4 at bit 2 * (i / 4).
    @inline(__always)
    static func scale(_ bytes: UnsafeRawPointer, group: Int) -> Int8 {
        let lower = bytes.byte(group % 8) &>> UInt8(group / 8 * 4) & 15
        let upper = bytes.byte(8 + group % 4) &>> UInt8(group / 4 * 2) & 3
        return Int8(lower | upper << 4) - 32
    }
}

extension Q3_K: IntegerFormat {
    static var bias: Int32 { 4 }
    static var largestCode: Int { 7 }
    static var scalesPerGroup: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 110
        let unit = rows.loadHalf(at: at &+ 108, prefetching: Prefetch(at, 2))
        let scales = scales(
            rows.load4(at: at &+ 96, prefetching: Prefetch(at &+ 2, 4)),
            rows.load4(at: at &+ 100, prefetching: Prefetch(at &+ 6, 4)),
            rows.load4(at: at &+ 104, prefetching: Prefetch(at &+ 10, 4)))
        let (third, laterThird) = rows.load32(at: at, prefetching: Prefetch(at &+ 14, 32))
        for half in 0..<2 {
            let (first, second) = rows.load32(
                at: at &+ 32 &+ 32 &* half, prefetching: Prefetch(at &+ 46 &+ 32 &* half, 32))
            for quarter in 0..<4 {
                let group = 4 &* half &+ quarter
                let (shift, bit) = (UInt32(truncatingIfNeeded: 2 &* quarter), UInt32(truncatingIfNeeded: group))
                let word = half == 0 ? (quarter < 2 ? scales.a : scales.b) : (quarter < 2 ? scales.c : scales.d)
                let place = UInt32(truncatingIfNeeded: 16 &* (quarter & 1))
                body(
                    8 &* block &+ group,
                    PanelGroup(
                        first.shiftedRight(shift).masked(3) | third.shiftedRight(bit).masked(1).shiftedLeft(2),
                        second.shiftedRight(shift).masked(3) | laterThird.shiftedRight(bit).masked(1).shiftedLeft(2),
                        scales: (
                            unit * (word.field(place, width: 8).floats - 32),
                            unit * (word.field(place &+ 8, width: 8).floats - 32)
                        )))
            }
        }
    }

    /// Sixteen scales of 6 bits in bytes: the lower 4 bits are in the first eight bytes, the upper 2 in the last four.
    @inline(__always)
    private static func scales<Words: PanelWords>(_ a: Words, _ b: Words, _ upper: Words) -> Bytes16<Words> {
        Bytes16(
            a.masked(0x0f) | upper.masked(3).shiftedLeft(4),
            b.masked(0x0f) | upper.shiftedRight(2).masked(3).shiftedLeft(4),
            a.shiftedRight(4).masked(0x0f) | upper.shiftedRight(4).masked(3).shiftedLeft(4),
            b.shiftedRight(4).masked(0x0f) | upper.shiftedRight(6).masked(3).shiftedLeft(4))
    }
}
