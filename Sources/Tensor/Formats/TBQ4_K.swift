package import GGUF

/// TurboQuant in blocks of 256: codes of 4 bits, then the half-precision norm d of the block.
///
/// Each half of 128 values is Qᵀ(codebook[code] / 16) * d, with the rotation Q of `OrthogonalRotation`. Byte i holds code 2i
/// in its low half and code 2i + 1 in its high half.
package enum TBQ4_K: EncodableFormat {
    package static let type = TensorType.tbq4_k

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let codebook = TurboQuant.codebook4
        for index in 0..<128 {
            let codes = block.byte(index)
            values[2 * index] = codebook[Int(codes & 15)] / 16
            values[2 * index + 1] = codebook[Int(codes >> 4)] / 16
        }
        OrthogonalRotation.rotateBlockBack(values, norm: block.half(128))
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let boundaries = SIMD16<Float>(
            -2.4008, -1.8435, -1.4371, -1.0993, -0.7996, -0.5225, -0.2583, 0,
            0.2583, 0.5225, 0.7996, 1.0993, 1.4371, 1.8435, 2.4008, .infinity)
        let norm = OrthogonalRotation.rotateBlock(values) { index, rotated in
            let codes = TurboQuant.codes(rotated, boundaries, count: 15)
            block.storeBytes(
                of: codes.evenHalf | codes.oddHalf &<< 4, toByteOffset: index / 2, as: SIMD8<UInt8>.self)
        }
        block.storeHalf(norm, at: 128)
    }
}
