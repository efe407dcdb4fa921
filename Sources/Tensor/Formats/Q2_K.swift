package import GGUF

/// Blocks of 256 in 16 groups of 16: value = d * scale * code - dmin * minimum, with codes of 2 bits and a scale and a
/// minimum of 4 bits for each group.
///
/// 16 bytes with the scales in their low and the minima in their high halves, 64 bytes of codes, then the halves d and dmin.
/// Byte i of the first 32 bytes of codes holds codes i, i + 32, i + 64 and i + 96, lowest bits first; the other 32 bytes
/// hold the second 128 codes likewise.
package enum Q2_K: BlockFormat {
    package static let type = TensorType.q2_k

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimumScale) = (block.half(80), block.half(82))
        for group in 0..<16 {
            let pair = block.byte(group)
            let step = scale * Float(pair & 15)
            let minimum = minimumScale * Float(pair >> 4)
            let codes = block + 16 + group / 8 * 32 + group % 2 * 16
            let shift = UInt8(group % 8 / 2 * 2)
            for index in 0..<16 {
                values[group * 16 + index] = step * Float(codes.byte(index) &>> shift & 3) - minimum
            }
        }
    }
}
