package import GGUF

/// Blocks of 32: a half-precision scale d and 32 codes of 4 bits into a codebook that is denser near zero;
/// value = d * codebook[code].
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
package enum IQ4_NL: BlockFormat {
    package static let type = TensorType.iq4_nl

    /// The codebook of IQ4_NL and IQ4_XS in rising order.
    package static var codebook: SIMD16<Int8> {
        @inline(__always) get {
            SIMD16(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)
        }
    }

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
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
