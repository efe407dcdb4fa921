package import GGUF

/// TurboQuant in blocks of 32: a half-precision scale d and 32 codes of 3 bits, value = s ∘ H(d * codebook[code]).
///
/// Code i lies at bits 3i ..< 3i + 3 of the 12 bytes, least significant first.
package enum TBQ3_0: EncodableFormat {
    package static let type = TensorType.tbq3_0

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        ThreeBits.decode(block + 2, count: 32) { index, code in
            values[index] = scale * TurboQuant.codebook3[Int(code)]
        }
        TurboQuant.rotateBack(values)
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (rotated, scale) = TurboQuant.scaled(values)
        block.storeHalf(scale, at: 0)
        let boundaries = TurboQuant.midpoints3
        ThreeBits.store(TurboQuant.codes(rotated.low, boundaries, count: 7), into: block + 2)
        ThreeBits.store(TurboQuant.codes(rotated.high, boundaries, count: 7), into: block + 8)
    }
}

/// Codes of 3 bits, eight in three bytes, least significant first.
enum ThreeBits {
    /// Gives each index and its code to `body`.
    @inline(__always)
    static func decode(_ bytes: UnsafeRawPointer, count: Int, _ body: (Int, UInt8) -> Void) {
        for eight in 0..<count / 8 {
            let at = bytes + eight * 3
            let bits = UInt32(at.byte(0)) | UInt32(at.byte(1)) << 8 | UInt32(at.byte(2)) << 16
            for index in 0..<8 { body(eight * 8 + index, UInt8(truncatingIfNeeded: bits >> (3 * index) & 7)) }
        }
    }

    /// Packs 16 codes into six bytes.
    @inline(__always)
    static func store(_ codes: SIMD16<UInt8>, into bytes: UnsafeMutableRawPointer) {
        var bits: UInt64 = 0
        for index in 0..<16 { bits |= UInt64(codes[index]) << (3 * index) }
        bytes.storeBytes(of: UInt32(truncatingIfNeeded: bits), as: UInt32.self)
        bytes.storeBytes(of: UInt16(truncatingIfNeeded: bits >> 32), toByteOffset: 4, as: UInt16.self)
    }
}
