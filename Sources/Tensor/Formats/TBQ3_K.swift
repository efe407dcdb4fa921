package import GGUF

/// TurboQuant in blocks of 256: codes of 3 bits, then the half-precision norm d of the block.
///
/// Each half of 128 values is Qᵀ(codebook[code] / 16) * d, with the rotation Q of `OrthogonalRotation`. Code i lies at bits
/// 3i ..< 3i + 3 of the 96 bytes, least significant first.
package enum TBQ3_K: EncodableFormat {
    package static let type = TensorType.tbq3_k

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        ThreeBits.decode(block, count: 256) { index, code in
            values[index] = TurboQuant.codebook3[Int(code)] / 16
        }
        OrthogonalRotation.rotateBlockBack(values, norm: block.half(96))
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let boundaries = SIMD16<Float>(
            lowHalf: SIMD8(-1.7480, -1.0500, -0.5006, 0, 0.5006, 1.0500, 1.7480, .infinity), highHalf: .init())
        let norm = OrthogonalRotation.rotateBlock(values) { index, rotated in
            ThreeBits.store(TurboQuant.codes(rotated, boundaries, count: 7), into: block + index / 8 * 3)
        }
        block.storeHalf(norm, at: 96)
    }
}
