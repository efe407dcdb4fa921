internal import GGUF
internal import TensorBase

/// Blocks of 256 in 16 groups of 16: value = d * (2 * scale + 1) / 8 * magnitude with its sign. Magnitudes come in
/// entries of eight from a grid of 1024, and a group has a scale of 4 bits.
///
/// The half d, 32 bytes with the lower 8 bits of the entries' indices, 32 bytes of signs, 8 bytes with the indices'
/// upper 2 bits, and 8 bytes of scales; each of them starts with the lowest bits.
enum IQ2_S: BlockFormat {
    static var type: TensorType { .iq2_s }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, grid) = (block.half(0), Grids.iq2_s)
        for entry in 0..<32 {
            let upper = Int(block.byte(66 + entry / 4) &>> UInt8(entry % 4 * 2) & 3)
            let step = scale * Float(2 * (block.byte(74 + entry / 4) &>> UInt8(entry / 2 % 2 * 4) & 15) + 1) / 8
            IQ2.decode(
                grid[Int(block.byte(2 + entry)) | upper << 8], signs: UInt32(block.byte(34 + entry)), step: step,
                into: values + entry * 8)
        }
    }
}

extension IQ2_S: IntegerFormat {
    static var bias: Int32 { IQ2.bias }
    static var largestCode: Int { IQ2.largestCode }
    static var scalesPerGroup: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 82
        let grid = Grids.iq2_s
        let unit = rows.loadHalf(at: at) * 0.125
        let rest = rows.load16(at: at &+ 66, prefetching: Prefetch(at &+ 2, 16))
        let (a, b) = rows.load32(at: at &+ 2, prefetching: Prefetch(at &+ 18, 16))
        let (c, d) = rows.load32(at: at &+ 34, prefetching: Prefetch(at &+ 34, 16))
        for half in 0..<2 {
            let (indices, signs) = half == 0 ? (a, c) : (b, d)
            let (uppers, scales) = half == 0 ? (rest.a, rest.c) : (rest.b, rest.d)
            for quarter in 0..<4 {
                rows.prefetch(Prefetch(at &+ 50 &+ 16 &* half &+ 4 &* quarter, 4))
                let place = UInt32(truncatingIfNeeded: 8 &* quarter)
                let entries = indices[quarter].gridEntries(
                    of: grid, count: 1024, upper: uppers.shiftedRight(place), spacing: 2)
                let (first, second) = IQ2.codes(entries, signs: signs[quarter])
                let pair = scales.shiftedRight(place)
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(first, second, scales: (unit * pair.oddScale(0), unit * pair.oddScale(4))))
            }
        }
    }
}
