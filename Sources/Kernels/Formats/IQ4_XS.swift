internal import GGUF
internal import TensorBase

/// Blocks of 256 in 8 groups of 32: value = d * (scale - 32) * codebook[code], with IQ4_NL's codebook and a scale of 6
/// bits for each group.
///
/// The half d; two bytes with the upper 2 bits of the scales and four with their lower 4 bits, both in rising order
/// from the lowest bit; 16 bytes of codes for each group, packed as in IQ4_NL.
enum IQ4_XS: BlockFormat {
    static var type: TensorType { .iq4_xs }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        for group in 0..<8 {
            IQ4_NL.decode(
                codes: block + 8 + group * 16, step: block.half(0) * Float(scale(block, group: group)),
                into: values + group * 32)
        }
    }

    /// The scale of `group`, from -32 to 31.
    @inline(__always)
    static func scale(_ block: UnsafeRawPointer, group: Int) -> Int8 {
        let lower = block.byte(4 + group / 2) &>> UInt8(group % 2 * 4) & 15
        let upper = block.byte(2 + group / 4) &>> UInt8(group % 4 * 2) & 3
        return Int8(lower | upper << 4) - 32
    }
}

extension IQ4_XS: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 127 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 136
        let (head, lower) = (rows.load4(at: at), rows.load4(at: at &+ 4))
        let unit = head.halves
        for group in 0..<8 {
            let codes = rows.load16(at: at &+ 8 &+ 16 &* group)
            let place = UInt32(truncatingIfNeeded: group)
            let scale = lower.field(4 &* place, width: 4) | head.field(16 &+ 2 &* place, width: 2).shiftedLeft(4)
            body(
                8 &* block &+ group,
                PanelGroup(
                    codes.masked(0x0f).entries(of: IQ4_NL.codebook),
                    codes.shiftedRight(4).masked(0x0f).entries(of: IQ4_NL.codebook),
                    scale: unit * (scale.floats - 32)))
        }
    }
}
