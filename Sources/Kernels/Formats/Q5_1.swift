internal import GGUF
internal import TensorBase

/// Blocks of 32: half-precision scale d and minimum m, and 32 codes of 5 bits as in Q5_0; value = d * code + m.
enum Q5_1: BlockFormat {
    static var type: TensorType { .q5_1 }
    static var floats: StoredFloats { StoredFloats(.half, at: 0, and: 2) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimum) = (block.half(0), block.half(2))
        FiveBits.decode(block + 4) { index, code in values[index] = scale * Float(code) + minimum }
    }
}

extension Q5_1: IntegerFormat {
    static var bias: Int32 { 0 }
    static var largestCode: Int { 31 }
    static var hasMinimum: Bool { true }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 24
        let (head, fifth) = (rows.load4(at: at), rows.load4(at: at &+ 4))
        let codes = rows.load16(at: at &+ 8)
        body(
            block,
            PanelGroup(
                codes.masked(0x0f) | fifthBits(fifth, from: 0),
                codes.shiftedRight(4).masked(0x0f) | fifthBits(fifth, from: 16),
                scale: head.halves, minimum: head.field(16, width: 16).halves))
    }
}
