internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: value = d * (2 * scale + 1) * (2 * code + 1) with its sign. Codes of 3 bits come in
/// entries of four from a grid of 512, and a group has a scale of 4 bits.
///
/// The half d, 64 bytes with the lower 8 bits of the entries' indices, 8 bytes with their ninth bits, 32 bytes of
/// signs, and 4 bytes of scales; each of them starts with the lowest bits.
enum IQ3_S: BlockFormat {
    static var type: TensorType { .iq3_s }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, grid) = (block.half(0), Grids.iq3_s)
        for entry in 0..<64 {
            let upper = Int(block.byte(66 + entry / 8) &>> UInt8(entry % 8) & 1)
            let signs = UInt32(block.byte(74 + entry / 2) &>> UInt8(entry % 2 * 4))
            let step = scale * Float(2 * (block.byte(106 + entry / 16) &>> UInt8(entry / 8 % 2 * 4) & 15) + 1)
            IQ3.decode(
                grid[Int(block.byte(2 + entry)) | upper << 8], signs: signs, step: step, into: values + entry * 4
            ) { Float(2 * $0 + 1) }
        }
    }
}

extension IQ3_S: IntegerFormat {
    static var bias: Int32 { 15 }
    static var largestCode: Int { 30 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 110
        let grid = Grids.iq3_s
        // The magnitudes, biased.
        let table = SIMD16<Int8>(16, 18, 20, 22, 24, 26, 28, 30, 0, 0, 0, 0, 0, 0, 0, 0)
        let unit = rows.loadHalf(at: at)
        let (c, d) = rows.load32(at: at &+ 66, prefetching: Prefetch(at &+ 2, 28))
        let rest = rows.load16(at: at &+ 94, prefetching: Prefetch(at &+ 30, 16))
        for half in 0..<2 {
            let ahead = at &+ 46 &+ 32 &* half
            let indices = rows.load32(at: at &+ 2 &+ 32 &* half, prefetching: Prefetch(ahead, 16))
            let signs = half == 0 ? Bytes16(c.c, c.d, d.a, d.b) : Bytes16(d.c, d.d, rest.b, rest.c)
            let uppers = half == 0 ? c.a : c.b
            for quarter in 0..<4 {
                rows.prefetch(Prefetch(ahead &+ 16 &+ 4 &* quarter, 4))
                let ((low, high), sign) = (wordPair(quarter, of: indices), signs[quarter])
                let upper = uppers.shiftedRight(UInt32(truncatingIfNeeded: 8 &* quarter))
                @inline(__always)
                func magnitudes(_ lower: Rows.Words, _ upper: Rows.Words) -> Bytes16<Rows.Words> {
                    lower.gridEntries(of: grid, count: 512, upper: upper, spacing: 1).entries(of: table)
                }
                let scales = rest.d.shiftedRight(UInt32(truncatingIfNeeded: 16 &* half &+ 4 &* quarter))
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(
                        magnitudes(low, upper).mirrored(in: 30, where: sign, from: 0),
                        magnitudes(high, upper.shiftedRight(4)).mirrored(in: 30, where: sign, from: 16),
                        scale: unit * scales.oddScale(0)))
            }
        }
    }
}
