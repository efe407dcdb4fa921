internal import GGUF
internal import TensorBase

/// Blocks of 256 in 16 groups of 16: value = d * scale * (code - 32), with codes of 6 bits and a scale of a signed byte
/// for each group.
///
/// 128 bytes with the codes' lower 4 bits, 64 bytes with their upper 2, 16 scales, then the half d. For the first 128
/// codes byte i of 64 holds the lower bits of codes i and i + 64, and byte i of 32 the upper bits of codes i, i + 32, i
/// + 64 and i + 96, lowest first; the second 128 codes follow likewise.
enum Q6_K: BlockFormat {
    static var type: TensorType { .q6_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 208) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(208)
        for group in 0..<16 {
            let step = scale * Float(Int8(bitPattern: block.byte(192 + group)))
            let (half, quarter, column) = (group / 8, group % 8 / 2, group % 2 * 16)
            let lower = block + half * 64 + quarter % 2 * 32 + column
            let upper = block + 128 + half * 32 + column
            let (lowerShift, upperShift) = (UInt8(quarter / 2 * 4), UInt8(quarter * 2))
            for index in 0..<16 {
                let code = lower.byte(index) &>> lowerShift & 15 | (upper.byte(index) &>> upperShift & 3) << 4
                values[group * 16 + index] = step * Float(Int(code) - 32)
            }
        }
    }
}

extension Q6_K: IntegerFormat {
    static var bias: Int32 { 32 }
    static var largestCode: Int { 63 }
    static var scalesPerGroup: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 210
        let unit = rows.loadHalf(at: at &+ 208, prefetching: Prefetch(at, 2)) * 0x1p-24
        let scales = rows.load16(at: at &+ 192, prefetching: Prefetch(at &+ 2, 16))
        for half in 0..<2 {
            let ahead = at &+ 18 &+ 96 &* half
            let (a, b) = rows.load32(at: at &+ 64 &* half, prefetching: Prefetch(ahead, 16))
            let (c, d) = rows.load32(at: at &+ 64 &* half &+ 32, prefetching: Prefetch(ahead &+ 16, 16))
            let (upper, laterUpper) = rows.load32(at: at &+ 128 &+ 32 &* half, prefetching: Prefetch(ahead &+ 32, 16))
            for pair in 0..<2 {
                let word = half == 0 ? (pair == 0 ? scales.a : scales.b) : (pair == 0 ? scales.c : scales.d)
                let shift = UInt32(truncatingIfNeeded: 4 &* pair)
                @inline(__always)
                func panel(
                    _ first: Bytes16<Rows.Words>, _ second: Bytes16<Rows.Words>, upperShift: UInt32,
                    scales: (Rows.Words, Rows.Words)
                ) -> PanelGroup<Rows.Words> {
                    PanelGroup(
                        first.shiftedRight(shift).masked(0x0f)
                            | upper.shiftedRight(upperShift).masked(3).shiftedLeft(4),
                        second.shiftedRight(shift).masked(0x0f)
                            | laterUpper.shiftedRight(upperShift).masked(3).shiftedLeft(4),
                        scales: (unit * scales.0.floats, unit * scales.1.floats))
                }
                // Signed bytes, times 2^24.
                let top = Rows.Words(repeating: 0xff00_0000)
                let group = 8 &* block &+ 4 &* half &+ 2 &* pair
                rows.prefetch(Prefetch(ahead &+ 48 &+ 24 &* pair, 12))
                body(group, panel(a, b, upperShift: shift, scales: (word.shiftedLeft(24), word.shiftedLeft(16) & top)))
                rows.prefetch(Prefetch(ahead &+ 60 &+ 24 &* pair, 12))
                body(
                    group &+ 1, panel(c, d, upperShift: shift &+ 2, scales: (word.shiftedLeft(8) & top, word & top)))
            }
        }
    }
}
