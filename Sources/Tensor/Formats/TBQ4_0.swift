package import GGUF

/// TurboQuant in blocks of 32: a half-precision scale d and 32 codes of 4 bits, value = s ∘ H(d * codebook[code]).
///
/// Byte i holds code i in its low half and code i + 16 in its high half.
package enum TBQ4_0: EncodableFormat {
    package static let type = TensorType.tbq4_0

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = Float(block.loadUnaligned(as: Float16.self))
        for index in 0..<16 {
            let codes = block.load(fromByteOffset: 2 + index, as: UInt8.self)
            values[index] = scale * TurboQuant.codebook4[Int(codes & 15)]
            values[index + 16] = scale * TurboQuant.codebook4[Int(codes >> 4)]
        }
        TurboQuant.rotateBack(values)
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { codes in
            guard let codes = codes.baseAddress else { return }
            let scale = TurboQuant.encode(values, codebook: TurboQuant.codebook4, into: codes)
            block.storeBytes(of: Float16(scale), as: Float16.self)
            for index in 0..<16 {
                block.storeBytes(of: codes[index] | codes[index + 16] << 4, toByteOffset: 2 + index, as: UInt8.self)
            }
        }
    }
}
