internal import GGUF
internal import TensorBase

/// Blocks of 256 in 16 groups of 16: value = d * (2 * scale + 1) * (g + delta). The g are -1, 0 or 1 and come in
/// entries of eight from a grid of 2048; a group has a scale of 3 bits, and an entry a delta of 1/8 or -1/8.
///
/// 32 bytes with the lower 8 bits of the entries' indices; 16 bytes with a nibble for each entry, the low one first:
/// the index's upper 3 bits, and a bit that is set if delta is negative; four words of 16 bits with four scales each,
/// from the lowest bit on. The words' upper 4 bits are d, the lowest first.
enum IQ1_M: BlockFormat {
    static var type: TensorType { .iq1_m }
    static var floats: StoredFloats { StoredFloats(.spreadHalf, at: 48) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let grid = Grids.iq1
        let words = (block + 48).loadUnaligned(as: SIMD4<UInt16>.self)
        var half: UInt16 = 0
        for word in 0..<4 { half |= (words[word] >> 12) &<< UInt16(truncatingIfNeeded: 4 &* word) }
        let scale = Float(half: Float16(bitPattern: half))
        for entry in 0..<32 {
            let group = entry / 2
            let step = scale * Float(2 * (words[group / 4] >> UInt16(group % 4 * 3) & 7) + 1)
            let nibble = block.byte(32 + entry / 2) &>> UInt8(entry % 2 * 4) & 15
            let index = Int(block.byte(entry)) | Int(nibble & 7) << 8
            IQ1.decode(grid[index], isDeltaNegative: nibble & 8 != 0, step: step, into: values + entry * 8)
        }
    }
}

extension IQ1_M: IntegerFormat {
    static var bias: Int32 { IQ1.bias }
    static var largestCode: Int { IQ1.largestCode }
    static var scalesPerGroup: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 56
        let grid = Grids.iq1
        let (a, b) = rows.load32(at: at, prefetching: Prefetch(at, 8))
        let nibbles = rows.load16(at: at &+ 32, prefetching: Prefetch(at &+ 8, 8))
        let rest = rows.load16(at: at &+ 40, prefetching: Prefetch(at &+ 16, 8))
        let unit = unit(rest.c, rest.d) * 0.125
        for half in 0..<2 {
            let (indices, scales) = half == 0 ? (a, rest.c) : (b, rest.d)
            for quarter in 0..<4 {
                let (lower, pair) =
                    switch quarter {
                    case 0: (indices.a, half == 0 ? nibbles.a : rest.a)
                    case 1: (indices.b, half == 0 ? nibbles.a : rest.a)
                    case 2: (indices.c, half == 0 ? nibbles.b : rest.b)
                    default: (indices.d, half == 0 ? nibbles.b : rest.b)
                    }
                rows.prefetch(Prefetch(at &+ 24 &+ 16 &* half &+ 4 &* quarter, 4))
                let word = pair.field(UInt32(truncatingIfNeeded: 16 &* (quarter & 1)), width: 16)
                @inline(__always)
                func entries(_ lower: Rows.Words, _ first: UInt32, _ second: UInt32) -> Rows.Words {
                    (lower.maskedHalves(0xff) | word.shiftedLeft(first) & Rows.Words(repeating: 0x700)
                        | word.shiftedLeft(second) & Rows.Words(repeating: 0x700_0000))
                        .entries(of: grid, count: 2048)
                }
                let (even, odd) = (entries(lower, 8, 16), entries(lower.shiftedRight(8), 4, 12))
                @inline(__always)
                func codes(_ two: Rows.Words, _ others: Rows.Words, bit: UInt32) -> Bytes16<Rows.Words> {
                    let (first, second) = (IQ1.codes(two), IQ1.codes(others))
                    let (delta, next) = (IQ1.delta(word, bit: bit), IQ1.delta(word, bit: bit &+ 4))
                    return Bytes16(first.low | delta, first.high | delta, second.low | next, second.high | next)
                }
                let place = UInt32(truncatingIfNeeded: 16 &* (quarter / 2) &+ 6 &* (quarter & 1))
                @inline(__always)
                func scale(_ first: UInt32) -> Rows.Words.Floats {
                    (scales.field(place &+ first, width: 3).shiftedLeft(1) | Rows.Words(repeating: 1)).floats
                }
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(
                        codes(even.lowNibbles, odd.lowNibbles, bit: 3),
                        codes(even.highNibbles, odd.highNibbles, bit: 11),
                        scales: (unit * scale(0), unit * scale(3))))
            }
        }
    }

    /// d, of which each half of the two words has four bits at its upper end.
    @inline(__always)
    private static func unit<Words: PanelWords>(_ low: Words, _ high: Words) -> Words.Floats {
        (low.field(12, width: 4) | low.shiftedRight(24) & Words(repeating: 0xf0)
            | high.shiftedRight(4) & Words(repeating: 0xf00) | high.shiftedRight(16) & Words(repeating: 0xf000)).halves
    }
}
