package import GGUF

/// TurboQuant in blocks of 32: a half-precision scale d and 32 codes of 4 bits, value = s ∘ H(d * codebook[code]).
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
package enum TBQ4_0: EncodableFormat {
    package static let type = TensorType.tbq4_0

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        let codebook = TurboQuant.codebook4
        for index in 0..<16 {
            let codes = block.byte(2 + index)
            values[index] = scale * codebook[Int(codes & 15)]
            values[index + 16] = scale * codebook[Int(codes >> 4)]
        }
        TurboQuant.rotateBack(values)
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (rotated, scale) = TurboQuant.scaled(values)
        block.storeHalf(scale, at: 0)
        let boundaries = TurboQuant.midpoints4
        let low = TurboQuant.codes(rotated.low, boundaries, count: 15)
        let high = TurboQuant.codes(rotated.high, boundaries, count: 15)
        block.storeBytes(of: low | high &<< 4, toByteOffset: 2, as: SIMD16<UInt8>.self)
    }
}
