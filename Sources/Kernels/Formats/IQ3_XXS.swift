internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: value = d * (2 * scale + 1) / 4 * magnitude with its sign. Magnitudes come in
/// entries of four from a grid of 256, and a group has a scale of 4 bits.
///
/// The half d, 64 bytes, the entries' indices, and a word for each group: seven sign bits for each eight values from
/// the lowest bit on, then the scale. See `SevenSigns` for the eighth sign.
enum IQ3_XXS: BlockFormat {
    static var type: TensorType { .iq3_xxs }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, grid) = (block.half(0), Grids.iq3_xxs)
        for group in 0..<8 {
            let word = block.loadUnaligned(fromByteOffset: 66 + 4 * group, as: UInt32.self)
            let step = scale * Float(2 * (word >> 28) + 1) / 4
            for entry in 0..<8 {
                let signs = SevenSigns.all(word >> UInt32(7 * (entry / 2))) >> UInt32(entry % 2 * 4)
                let codes = grid[Int(block.byte(2 + 8 * group + entry))]
                for index in 0..<4 {
                    let value = step * magnitude(Grids.code3(index, of: codes))
                    values[group * 32 + entry * 4 + index] = signs >> UInt32(index) & 1 == 1 ? -value : value
                }
            }
        }
    }

    @inline(__always)
    private static func magnitude(_ code: Int) -> Float { code == 7 ? 62 : Float(8 * code + 4) }
}

extension IQ3_XXS: IntegerFormat {
    static var bias: Int32 { 62 }
    static var largestCode: Int { 124 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 98
        let grid = Grids.iq3_xxs
        // The magnitudes, biased.
        let table = SIMD16<Int8>(66, 74, 82, 90, 98, 106, 114, 124, 0, 0, 0, 0, 0, 0, 0, 0)
        let unit = rows.loadHalf(at: at) * 0.25
        let (c, d) = rows.load32(at: at &+ 66, prefetching: Prefetch(at &+ 2, 32))
        for half in 0..<2 {
            let ahead = at &+ 34 &+ 32 &* half
            let (a, b) = rows.load32(at: at &+ 2 &+ 32 &* half, prefetching: Prefetch(ahead, 16))
            let words = half == 0 ? c : d
            for quarter in 0..<4 {
                let (low, high, word) =
                    switch quarter {
                    case 0: (a.a, a.b, words.a)
                    case 1: (a.c, a.d, words.b)
                    case 2: (b.a, b.b, words.c)
                    default: (b.c, b.d, words.d)
                    }
                rows.prefetch(Prefetch(ahead &+ 16 &+ 4 &* quarter, 4))
                @inline(__always)
                func magnitudes(_ indices: Rows.Words) -> Bytes16<Rows.Words> {
                    let even = indices.maskedHalves(0xff).entries(of: grid, count: 256)
                    let odd = indices.shiftedRight(8).maskedHalves(0xff).entries(of: grid, count: 256)
                    return Bytes16(even.lowNibbles, odd.lowNibbles, even.highNibbles, odd.highNibbles)
                        .entries(of: table)
                }
                let signs = word.sevenSigns
                let scale = unit * (word.shiftedRight(27) | Rows.Words(repeating: 1)).floats
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(
                        magnitudes(low).mirrored(in: 124, where: signs, from: 0),
                        magnitudes(high).mirrored(in: 124, where: signs, from: 16), scale: scale))
            }
        }
    }
}
