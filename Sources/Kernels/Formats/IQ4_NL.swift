internal import GGUF
internal import TensorBase

/// Blocks of 32: a half-precision scale d and 32 codes of 4 bits into a codebook that is denser near zero;
/// value = d * codebook[code].
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
enum IQ4_NL: BlockFormat {
    static var type: TensorType { .iq4_nl }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    /// The codebook of IQ4_NL and IQ4_XS in rising order.
    static var codebook: SIMD16<Int8> {
        @inline(__always) get {
            SIMD16(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)
        }
    }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        decode(codes: block + 2, step: block.half(0), into: values)
    }

    /// 32 values of `step * codebook[code]`.
    @inline(__always)
    static func decode(codes: UnsafeRawPointer, step: Float, into values: UnsafeMutablePointer<Float>) {
        let codebook = codebook
        for index in 0..<16 {
            let pair = codes.byte(index)
            values[index] = step * Float(codebook[Int(pair & 15)])
            values[index + 16] = step * Float(codebook[Int(pair >> 4)])
        }
    }
}

extension IQ4_NL: IntegerFormat {
    static var isSigned: Bool { true }
    static var bias: Int32 { 128 }
    static var largestCode: Int { 127 }

    @inline(__always)
    static func unpack<Rows: PanelRows>(
        _ rows: Rows, block: Int, _ body: (Int, PanelGroup<Rows.Words>) -> Void
    ) {
        let at = block &* 18
        let scale = rows.loadHalf(at: at, prefetching: Prefetch(at, 10))
        let codes = rows.load16(at: at &+ 2, prefetching: Prefetch(at &+ 10, 8))
        body(
            block,
            PanelGroup(
                codes.masked(0x0f).entries(of: codebook), codes.shiftedRight(4).masked(0x0f).entries(of: codebook),
                scale: scale)
        )
    }
}
