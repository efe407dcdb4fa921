internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: value = d * (2 * scale + 1) / 8 * magnitude with its sign. Magnitudes come in
/// entries of eight from a grid of 256, and a group has a scale of 4 bits.
///
/// The half d, then for each group four bytes, the indices of its entries, and a word: seven sign bits for each entry
/// from the lowest bit on, then the scale. See `SevenSigns` for the eighth sign.
enum IQ2_XXS: BlockFormat {
    static var type: TensorType { .iq2_xxs }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, grid) = (block.half(0), Grids.iq2_xxs)
        for group in 0..<8 {
            let at = block + 2 + group * 8
            let word = at.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            let step = scale * Float(2 * (word >> 28) + 1) / 8
            for entry in 0..<4 {
                let signs = SevenSigns.all(word >> UInt32(7 * entry))
                IQ2.decode(
                    grid[Int(at.byte(entry))], signs: signs, step: step, into: values + group * 32 + entry * 8)
            }
        }
    }
}

extension IQ2_XXS: IntegerFormat {
    static var bias: Int32 { IQ2.bias }
    static var largestCode: Int { IQ2.largestCode }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 66
        let grid = Grids.iq2_xxs
        let unit = rows.loadHalf(at: at) * 0.125
        for half in 0..<2 {
            let ahead = at &+ 2 &+ 32 &* half
            let words = rows.load32(at: at &+ 2 &+ 32 &* half, prefetching: Prefetch(ahead, 16))
            for quarter in 0..<4 {
                rows.prefetch(Prefetch(ahead &+ 16 &+ 4 &* quarter, 4))
                let (indices, word) = wordPair(quarter, of: words)
                let (first, second) = IQ2.codes(indices.gridEntries(of: grid), signs: word.sevenSigns)
                let scale = unit * (word.shiftedRight(27) | Rows.Words(repeating: 1)).floats
                body(8 &* block &+ 4 &* half &+ quarter, PanelGroup(first, second, scale: scale))
            }
        }
    }
}
