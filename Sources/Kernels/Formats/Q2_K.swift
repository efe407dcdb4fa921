internal import GGUF
internal import TensorBase

/// Blocks of 256 in 16 groups of 16: value = d * scale * code - dmin * minimum, with codes of 2 bits and a scale and a
/// minimum of 4 bits for each group.
///
/// 16 bytes with the scales in their low and the minima in their high halves, 64 bytes of codes, then the halves d and
/// dmin. Byte i of the first 32 bytes of codes holds codes i, i + 32, i + 64 and i + 96, lowest bits first; the other
/// 32 bytes hold the second 128 codes likewise.
enum Q2_K: BlockFormat {
    static var type: TensorType { .q2_k }
    static var floats: StoredFloats { StoredFloats(.half, at: 80, and: 82) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimumScale) = (block.half(80), block.half(82))
        for group in 0..<16 {
            let pair = block.byte(group)
            let step = scale * Float(pair & 15)
            let minimum = minimumScale * Float(pair >> 4)
            let codes = block + 16 + group / 8 * 32 + group % 2 * 16
            let shift = UInt8(group % 8 / 2 * 2)
            for index in 0..<16 {
                values[group * 16 + index] = step * Float(codes.byte(index) &>> shift & 3) - minimum
            }
        }
    }
}

extension Q2_K: IntegerFormat {
    static var bias: Int32 { 0 }
    static var largestCode: Int { 3 }
    static var scalesPerGroup: Int { 2 }
    static var hasMinimum: Bool { true }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 84
        let scales = rows.load16(at: at)
        let units = rows.load4(at: at &+ 80, prefetching: Prefetch(at &+ 16, 4))
        let (unit, negativeUnit) = (units.halves, units.field(16, width: 16).halves * -1)
        for half in 0..<2 {
            let (first, second) = rows.load32(
                at: at &+ 16 &+ 32 &* half, prefetching: Prefetch(at &+ 20 &+ 32 &* half, 32))
            for quarter in 0..<4 {
                let shift = UInt32(truncatingIfNeeded: 2 &* quarter)
                let word = half == 0 ? (quarter < 2 ? scales.a : scales.b) : (quarter < 2 ? scales.c : scales.d)
                let place = UInt32(truncatingIfNeeded: 16 &* (quarter & 1))
                @inline(__always)
                func nibble(_ index: UInt32) -> Rows.Words.Floats { word.field(place &+ index &* 4, width: 4).floats }
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(
                        first.shiftedRight(shift).masked(3), second.shiftedRight(shift).masked(3),
                        scales: (unit * nibble(0), unit * nibble(2)),
                        minima: (negativeUnit * nibble(1), negativeUnit * nibble(3))))
            }
        }
    }
}
