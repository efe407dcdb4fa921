internal import GGUF
internal import TensorBase

/// TurboQuant with a trellis, in blocks of 128: a half-precision scale d, 49 bytes of bits, and a zero byte.
///
/// The bits, least significant first, are a prefix of 6 and then 128 symbols of 3. The state of value i is the nine
/// bits from 3i on, so that neighbouring values share two of their three symbols, and y_i = codebook[state] * d. What a
/// block codes is a rotated row. The weights are x = s1 ∘ H(s2 ∘ y), and that is what is decoded here. The reference
/// stops at y, which `BlockFormatCheck` therefore rotates back. Caches use y as it is; see `TrellisCodes`.
enum TBQ3_TCQ: EncodableFormat {
    static var type: TensorType { .tbq3_tcq }
    static var floats: StoredFloats { StoredFloats(.half, at: 0) }

    static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(0)
        let codebook = TrellisCodebook.values
        for index in 0..<128 {
            let bit = 3 * index
            let bits = (block + (2 + bit / 8)).loadUnaligned(as: UInt16.self) >> (bit % 8)
            values[index] = codebook[Int(bits & 511)] * scale
        }
        TrellisRotation.rotateBack(row: values, count: 128)
    }

    /// Rotates the values, divided by their norm, and searches for the states with the least square error. d makes the
    /// norm of the decoded values that of the values.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 128) { memory in
            guard let rotated = memory.baseAddress else { return }
            // Sums run in order: the order is part of the format's bytes.
            var squares: Float = 0
            for index in 0..<128 { squares += values[index] * values[index] }
            let norm = squares.squareRoot()
            let inverse = norm > 1e-10 ? 1 / norm : 0
            for index in 0..<128 { rotated[index] = values[index] * inverse }
            TrellisRotation.rotate(row: rotated, count: 128)
            TrellisEncoder.encode(rotated) { prefix, states in
                store(prefix: prefix, states, in: block)
                let codebook = TrellisCodebook.values
                var squares: Float = 0
                for index in 0..<128 { squares += codebook[Int(states[index])] * codebook[Int(states[index])] }
                let codedNorm = squares.squareRoot()
                block.storeHalf(codedNorm > 1e-10 ? norm / codedNorm : norm, at: 0)
            }
        }
    }

    private static func store(prefix: Int, _ states: UnsafePointer<UInt16>, in block: UnsafeMutableRawPointer) {
        var bits = UInt64(truncatingIfNeeded: prefix)
        for start in stride(from: 0, to: 128, by: 16) {
            for index in 0..<16 { bits |= UInt64(states[start + index] >> 6) << UInt64(6 + 3 * index) }
            // Eight bytes of which the next store replaces two, but for the last, which ends the block with a zero.
            block.storeBytes(of: bits, toByteOffset: 2 + start / 16 * 6, as: UInt64.self)
            bits >>= 48
        }
    }
}
