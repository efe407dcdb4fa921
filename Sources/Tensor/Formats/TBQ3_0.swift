package import GGUF

/// TurboQuant in blocks of 32: a half-precision scale d and 32 codes of 3 bits, value = s ∘ H(d * codebook[code]).
///
/// Code i lies at bits 3i ..< 3i + 3 of the 12 bytes, least significant first.
package enum TBQ3_0: EncodableFormat {
    package static let type = TensorType.tbq3_0

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = Float(block.loadUnaligned(as: Float16.self))
        for eight in 0..<4 {
            var bits: UInt32 = 0
            for byte in 0..<3 {
                bits |= UInt32(block.load(fromByteOffset: 2 + eight * 3 + byte, as: UInt8.self)) << (8 * byte)
            }
            for index in 0..<8 {
                values[eight * 8 + index] = scale * TurboQuant.codebook3[Int(bits >> (3 * index) & 7)]
            }
        }
        TurboQuant.rotateBack(values)
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { codes in
            guard let codes = codes.baseAddress else { return }
            let scale = TurboQuant.encode(values, codebook: TurboQuant.codebook3, into: codes)
            block.storeBytes(of: Float16(scale), as: Float16.self)
            for eight in 0..<4 {
                var bits: UInt32 = 0
                for index in 0..<8 { bits |= UInt32(codes[eight * 8 + index]) << (3 * index) }
                for byte in 0..<3 {
                    let value = UInt8(truncatingIfNeeded: bits >> (8 * byte))
                    block.storeBytes(of: value, toByteOffset: 2 + eight * 3 + byte, as: UInt8.self)
                }
            }
        }
    }
}
