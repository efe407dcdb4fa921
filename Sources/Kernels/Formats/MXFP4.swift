internal import GGUF
internal import TensorBase

/// Blocks of 32: an exponent e of a byte, and 32 codes of 4 bits; value = 2^(e - 128) * codebook[code]. An e of 255 is
/// invalid.
///
/// Byte i of the codes holds code i in its low half and code i + 16 in its high half.
enum MXFP4: BlockFormat {
    static var type: TensorType { .mxfp4 }
    static var floats: StoredFloats { StoredFloats(.exponent, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = scale(block.byte(0))
        for index in 0..<16 {
            let pair = block.byte(1 + index)
            values[index] = scale * FourBitFloats.value(pair & 15)
            values[index + 16] = scale * FourBitFloats.value(pair >> 4)
        }
    }

    /// 2^(exponent - 128), which is subnormal for exponents 0 and 1.
    @inline(__always)
    static func scale(_ exponent: UInt8) -> Float {
        exponent < 2
            ? Float(bitPattern: 0x20_0000 << UInt32(exponent)) : Float(bitPattern: (UInt32(exponent) - 1) << 23)
    }
}

extension MXFP4: IntegerFormat {
    static var bias: Int32 { FourBitFloats.bias }
    static var largestCode: Int { FourBitFloats.largestCode }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 17
        let exponent = rows.load4(at: at, prefetching: Prefetch(at, 9)).field(0, width: 8)
        let codes = rows.load16(at: at &+ 1, prefetching: Prefetch(at &+ 9, 8))
        // Twice the scale; where the exponent is zero, a subnormal number.
        let isZero = (exponent &- Rows.Words(repeating: 1)).shiftedRight(31)
        let twice = (exponent.shiftedLeft(23) | isZero.shiftedLeft(22)).floatsOfBits
        body(
            block,
            PanelGroup(
                codes.masked(0x0f).entries(of: FourBitFloats.biased),
                codes.shiftedRight(4).masked(0x0f).entries(of: FourBitFloats.biased), scale: twice * 0.5))
    }
}
