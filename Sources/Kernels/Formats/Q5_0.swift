internal import GGUF
internal import TensorBase

/// Blocks of 32: a half-precision scale d and 32 codes of 5 bits, value = d * (code - 16).
///
/// Bit i of four bytes is the fifth bit of code i. Of the 16 bytes that follow, byte i holds the lower bits of code i
/// in its low half and those of code i + 16 in its high half.
enum Q5_0: BlockFormat {
    static var type: TensorType { .q5_0 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        FiveBits.decode(block + 2) { index, code in values[index] = scale * Float(Int(code) - 16) }
    }
}

extension Q5_0: IntegerFormat {
    static var bias: Int32 { 16 }
    static var largestCode: Int { 31 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 22
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 4))
        let fifth = rows.load4(at: at &+ 2, prefetching: Prefetch(at &+ 4, 4))
        let codes = rows.load16(at: at &+ 6, prefetching: Prefetch(at &+ 8, 14))
        body(
            block,
            PanelGroup(
                codes.masked(0x0f) | fifthBits(fifth, from: 0),
                codes.shiftedRight(4).masked(0x0f) | fifthBits(fifth, from: 16),
                scale: scale))
    }
}
