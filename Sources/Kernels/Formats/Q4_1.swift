internal import GGUF
internal import TensorBase

/// Blocks of 32: half-precision scale d and minimum m, and 32 codes of 4 bits; value = d * code + m.
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
enum Q4_1: BlockFormat {
    static var type: TensorType { .q4_1 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0, and: 2) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimum) = (block.half(0), block.half(2))
        for index in 0..<16 {
            let codes = block.byte(4 + index)
            values[index] = scale * Float(codes & 15) + minimum
            values[index + 16] = scale * Float(codes >> 4) + minimum
        }
    }
}

extension Q4_1: IntegerFormat {
    static var bias: Int32 { 0 }
    static var largestCode: Int { 15 }
    static var hasMinimum: Bool { true }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 20
        let head = rows.load4(at: at)
        let codes = rows.load16(at: at &+ 4)
        body(
            block,
            PanelGroup(
                codes.masked(0x0f), codes.shiftedRight(4).masked(0x0f), scale: head.halves,
                minimum: head.field(16, width: 16).halves))
    }
}
