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
                IQ3.decode(
                    grid[Int(block.byte(2 + 8 * group + entry))], signs: signs, step: step,
                    into: values + group * 32 + entry * 4
                ) { $0 == 7 ? 62 : Float(8 * $0 + 4) }
            }
        }
    }
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
            let indices = rows.load32(at: at &+ 2 &+ 32 &* half, prefetching: Prefetch(ahead, 16))
            let words = half == 0 ? c : d
            for quarter in 0..<4 {
                rows.prefetch(Prefetch(ahead &+ 16 &+ 4 &* quarter, 4))
                let ((low, high), word) = (wordPair(quarter, of: indices), words[quarter])
                let signs = word.sevenSigns
                let scale = unit * (word.shiftedRight(27) | Rows.Words(repeating: 1)).floats
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(
                        low.gridEntries(of: grid).entries(of: table).mirrored(in: 124, where: signs, from: 0),
                        high.gridEntries(of: grid).entries(of: table).mirrored(in: 124, where: signs, from: 16),
                        scale: scale))
            }
        }
    }
}
