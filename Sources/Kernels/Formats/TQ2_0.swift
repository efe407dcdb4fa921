internal import GGUF
internal import TensorBase

/// Blocks of 256: 64 bytes with codes of 2 bits, then the half d; value = d * (code - 1).
///
/// Byte i of the first 32 bytes holds codes i, i + 32, i + 64 and i + 96, lowest bits first; the other 32 bytes hold
/// the second 128 codes likewise.
enum TQ2_0: BlockFormat {
    static var type: TensorType { .tq2_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 64) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(64)
        for group in 0..<8 {
            let (codes, shift) = (block + group / 4 * 32, UInt8(group % 4 * 2))
            for index in 0..<32 {
                values[group * 32 + index] = scale * Float(Int(codes.byte(index) &>> shift & 3) - 1)
            }
        }
    }
}

extension TQ2_0: IntegerFormat {
    static var bias: Int32 { 1 }
    static var largestCode: Int { 3 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 66
        let scale = rows.loadHalf(at: at &+ 64, prefetching: Prefetch(at, 2))
        for half in 0..<2 {
            let (first, second) = rows.load32(
                at: at &+ 32 &* half, prefetching: Prefetch(at &+ 2 &+ 32 &* half, 32))
            for quarter in 0..<4 {
                let shift = UInt32(truncatingIfNeeded: 2 &* quarter)
                body(
                    8 &* block &+ 4 &* half &+ quarter,
                    PanelGroup(first.shiftedRight(shift).masked(3), second.shiftedRight(shift).masked(3), scale: scale))
            }
        }
    }
}
