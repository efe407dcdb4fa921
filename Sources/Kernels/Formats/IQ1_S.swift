internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: value = d * (2 * scale + 1) * (g + delta). The g are -1, 0 or 1 and come in entries
/// of eight from a grid of 2048; a group has a scale of 3 bits and a delta of 1/8 or -1/8.
///
/// The half d, 32 bytes with the lower 8 bits of the entries' indices, and a word of 16 bits for each group: the upper
/// 3 bits of its four indices, the scale, and a bit that is set if delta is negative.
enum IQ1_S: BlockFormat {
    static var type: TensorType { .iq1_s }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, grid) = (block.half(0), Grids.iq1)
        for group in 0..<8 {
            let word = Int(block.loadUnaligned(fromByteOffset: 34 + 2 * group, as: UInt16.self))
            let step = scale * Float(2 * (word >> 12 & 7) + 1)
            for entry in 0..<4 {
                let index = Int(block.byte(2 + 4 * group + entry)) | (word >> (3 * entry) & 7) << 8
                IQ1.decode(
                    grid[index], isDeltaNegative: word >> 15 == 1, step: step, into: values + group * 32 + entry * 8)
            }
        }
    }
}

extension IQ1_S: IntegerFormat {
    static var bias: Int32 { IQ1.bias }
    static var largestCode: Int { IQ1.largestCode }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 50
        let grid = Grids.iq1
        let unit = rows.loadHalf(at: at) * 0.125
        let (a, b) = rows.load32(at: at &+ 2, prefetching: Prefetch(at &+ 2, 8))
        let words = rows.load16(at: at &+ 34, prefetching: Prefetch(at &+ 10, 8))
        for half in 0..<2 {
            let indices = half == 0 ? a : b
            for quarter in 0..<4 {
                let (lower, pair) =
                    switch quarter {
                    case 0: (indices.a, half == 0 ? words.a : words.c)
                    case 1: (indices.b, half == 0 ? words.a : words.c)
                    case 2: (indices.c, half == 0 ? words.b : words.d)
                    default: (indices.d, half == 0 ? words.b : words.d)
                    }
                rows.prefetch(Prefetch(at &+ 18 &+ 16 &* half &+ 4 &* quarter, 4))
                let word = pair.field(UInt32(truncatingIfNeeded: 16 &* (quarter & 1)), width: 16)
                @inline(__always)
                func entries(_ lower: Rows.Words, _ first: UInt32, _ second: UInt32) -> Rows.Words {
                    (lower.maskedHalves(0xff) | word.shiftedLeft(first) & Rows.Words(repeating: 0x700)
                        | word.shiftedLeft(second) & Rows.Words(repeating: 0x700_0000))
                        .entries(of: grid, count: 2048)
                }
                let (even, odd) = (entries(lower, 8, 18), entries(lower.shiftedRight(8), 5, 15))
                let delta = IQ1.delta(word, bit: 15)
                @inline(__always)
                func codes(_ two: Rows.Words, _ others: Rows.Words) -> Bytes16<Rows.Words> {
                    let (first, second) = (IQ1.codes(two), IQ1.codes(others))
                    return Bytes16(first.low, first.high, second.low, second.high).map { $0 | delta }
                }
                let scale = (word.field(12, width: 3).shiftedLeft(1) | Rows.Words(repeating: 1)).floats
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(
                        codes(even.lowNibbles, odd.lowNibbles), codes(even.highNibbles, odd.highNibbles),
                        scale: unit * scale))
            }
        }
    }
}
