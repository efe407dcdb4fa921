internal import GGUF
internal import TensorBase

/// Blocks of 256 in 16 groups of 16: value = d * (2 * scale + 1) / 8 * magnitude with its sign. Magnitudes come in
/// entries of eight from a grid of 512, and a group has a scale of 4 bits.
///
/// The half d, 32 words of 16 bits, one for each entry, and 8 bytes of scales, the lower half first. A word is an index
/// of 9 bits and seven sign bits. See `SevenSigns` for the eighth.
enum IQ2_XS: BlockFormat {
    static var type: TensorType { .iq2_xs }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, grid) = (block.half(0), Grids.iq2_xs)
        for entry in 0..<32 {
            let word = block.loadUnaligned(fromByteOffset: 2 + 2 * entry, as: UInt16.self)
            let step = scale * Float(2 * (block.byte(66 + entry / 4) &>> UInt8(entry / 2 % 2 * 4) & 15) + 1) / 8
            IQ2.decode(
                grid[Int(word & 511)], signs: SevenSigns.all(UInt32(word >> 9)), step: step, into: values + entry * 8)
        }
    }
}

extension IQ2_XS: IntegerFormat {
    static var bias: Int32 { IQ2.bias }
    static var largestCode: Int { IQ2.largestCode }
    static var scalesPerGroup: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 74
        let grid = Grids.iq2_xs
        let unit = rows.loadHalf(at: at) * 0.125
        let scales = (
            rows.load4(at: at &+ 66, prefetching: Prefetch(at &+ 2, 4)),
            rows.load4(at: at &+ 70, prefetching: Prefetch(at &+ 6, 4))
        )
        for half in 0..<2 {
            let ahead = at &+ 10 &+ 32 &* half
            let words = rows.load32(at: at &+ 2 &+ 32 &* half, prefetching: Prefetch(ahead, 16))
            for quarter in 0..<4 {
                rows.prefetch(Prefetch(ahead &+ 16 &+ 4 &* quarter, 4))
                let (low, high) = wordPair(quarter, of: words)
                let mask = Rows.Words(repeating: 0x01ff_01ff)
                let (two, others) = (
                    (low & mask).entries(of: grid, count: 512), (high & mask).entries(of: grid, count: 512)
                )
                // Sevens at bits 9 and 25 become bytes: those of `low` the first two, those of `high` the others.
                let (lowSigns, highSigns) = (low.shiftedRight(9), high.shiftedLeft(7))
                let sevens =
                    lowSigns & Rows.Words(repeating: 0x7f) | low.shiftedRight(17) & Rows.Words(repeating: 0x7f00)
                    | highSigns & Rows.Words(repeating: 0x7f_0000)
                    | high.shiftedRight(1) & Rows.Words(repeating: 0x7f00_0000)
                let (first, second) = IQ2.codes(
                    Bytes16(two.lowNibbles, two.highNibbles, others.lowNibbles, others.highNibbles),
                    signs: sevens.withEighthSigns)
                let pair = (half == 0 ? scales.0 : scales.1).shiftedRight(UInt32(truncatingIfNeeded: 8 &* quarter))
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(first, second, scales: (unit * pair.oddScale(0), unit * pair.oddScale(4))))
            }
        }
    }
}
