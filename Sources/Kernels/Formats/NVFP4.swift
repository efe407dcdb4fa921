internal import GGUF
internal import TensorBase

/// Blocks of 64 in 4 groups of 16: value = scale / 2 * codebook[code], with the codebook of MXFP4 and a scale of 8 bits
/// for each group: an unsigned float of 4 bits of exponent and 3 of mantissa.
///
/// Four bytes of scales, then 8 bytes for each group: byte i holds code i in its low half and code i + 8 in its high
/// half.
enum NVFP4: BlockFormat {
    static var type: TensorType { .nvfp4 }
    /// Every scale is finite.
    static var floats: StoredFloats { .none }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        for group in 0..<4 {
            let half = scale(block.byte(group)) / 2
            for index in 0..<8 {
                let pair = block.byte(4 + 8 * group + index)
                values[16 * group + index] = half * FourBitFloats.value(pair & 15)
                values[16 * group + index + 8] = half * FourBitFloats.value(pair >> 4)
            }
        }
    }

    /// The value of a scale. The highest bit is ignored, and the largest code stands for 0.
    @inline(__always)
    static func scale(_ byte: UInt8) -> Float {
        let code = byte & 0x7f
        // As the bits of a half the exponent is 8 too small.
        return code == 0x7f ? 0 : Float(half: Float16(bitPattern: UInt16(code) << 7)) * 256
    }
}

extension NVFP4: IntegerFormat {
    static var bias: Int32 { FourBitFloats.bias }
    static var largestCode: Int { FourBitFloats.largestCode }
    static var scalesPerGroup: Int { 2 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 36
        let scales = rows.load4(at: at).masked(0x7f)
        // Ones where a scale is 127, which stands for 0.
        let largest = (scales &+ Rows.Words(repeating: 0x0101_0101)).shiftedRight(7).masked(1)
        let clean = scales & ~(largest.shiftedLeft(7) &- largest)
        let (a, b) = rows.load32(at: at &+ 4)
        for group in 0..<2 {
            let pairs = group == 0 ? a : b
            @inline(__always)
            func codes(_ low: Rows.Words, _ high: Rows.Words) -> Bytes16<Rows.Words> {
                let upper = (low.shiftedRight(4), high.shiftedRight(4))
                return Bytes16(low, high, upper.0, upper.1).masked(0x0f).entries(of: FourBitFloats.biased)
            }
            let two = clean.shiftedRight(UInt32(truncatingIfNeeded: 16 &* group))
            body(
                2 &* block &+ group,
                PanelGroup(
                    codes(pairs.a, pairs.b), codes(pairs.c, pairs.d),
                    scales: (
                        (two & Rows.Words(repeating: 0x7f)).shiftedLeft(7).halves * 128,
                        (two & Rows.Words(repeating: 0x7f00)).shiftedRight(1).halves * 128
                    )))
        }
    }
}
