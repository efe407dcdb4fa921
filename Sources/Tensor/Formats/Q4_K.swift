package import GGUF

/// Blocks of 256 in 8 groups of 32: value = d * scale * code - dmin * minimum, with codes of 4 bits and a scale and a
/// minimum of 6 bits for each group.
///
/// The halves d and dmin, 12 bytes of scales and minima (`SixBitPairs`), and 128 bytes of codes, 32 for two groups: byte i
/// holds code i of the one in its low half and code i of the other in its high half.
package enum Q4_K: EncodableFormat {
    package static let type = TensorType.q4_k

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimumScale) = (block.half(0), block.half(2))
        for group in 0..<8 {
            let pair = SixBitPairs.pair(block + 4, group: group)
            let step = scale * Float(pair.scale)
            let minimum = minimumScale * Float(pair.minimum)
            let codes = block + 16 + group / 2 * 32
            let shift = UInt8(group % 2 * 4)
            for index in 0..<32 {
                values[group * 32 + index] = step * Float(codes.byte(index) &>> shift & 15) - minimum
            }
        }
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        AffineEncoder.encode(values, largestCode: 15, steps: 21, firstStep: -1, header: block) { index, codes in
            let pairs = codes.evenHalf | codes.oddHalf &<< 4
            for pair in 0..<4 { block.store(pairs[pair], at: 16 + pair * 32 + index) }
        }
    }
}

/// Eight scales and eight minima of 6 bits in 12 bytes, as Q4_K and Q5_K have them.
///
/// The first four scales are the lower 6 bits of bytes 0 to 3, the first four minima those of bytes 4 to 7. Of the others
/// the lower 4 bits are the halves of bytes 8 to 11, and the upper 2 bits the upper bits of bytes 0 to 7.
enum SixBitPairs {
    @inline(__always)
    static func pair(_ bytes: UnsafeRawPointer, group: Int) -> (scale: UInt8, minimum: UInt8) {
        if group < 4 { return (bytes.byte(group) & 63, bytes.byte(group + 4) & 63) }
        let lower = bytes.byte(group + 4)
        return (lower & 15 | (bytes.byte(group - 4) & 0xc0) >> 2, lower >> 4 | (bytes.byte(group) & 0xc0) >> 2)
    }

    @inline(__always)
    static func store(scales: SIMD8<UInt8>, minima: SIMD8<UInt8>, into bytes: UnsafeMutableRawPointer) {
        for group in 0..<4 {
            bytes.store(scales[group] | (scales[group + 4] & 0x30) << 2, at: group)
            bytes.store(minima[group] | (minima[group + 4] & 0x30) << 2, at: group + 4)
            bytes.store(scales[group + 4] & 15 | minima[group + 4] << 4, at: group + 8)
        }
    }
}
