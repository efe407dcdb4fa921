package import GGUF

/// Blocks of 256 in 16 groups of 16: value = d * (scale - 32) * (code - 4), with codes of 3 bits and a scale of 6 bits for
/// each group.
///
/// 32 bytes with the codes' third bits, 64 bytes with their lower two, 12 bytes of scales, then the half d. The lower bits
/// lie as in Q2_K; bit j of byte i of the first 32 is the third bit of code 32 j + i.
package enum Q3_K: BlockFormat {
    package static let type = TensorType.q3_k

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(108)
        for group in 0..<16 {
            let step = scale * Float(self.scale(block + 96, group: group))
            let column = group % 2 * 16
            let lower = block + 32 + group / 8 * 32 + column
            let third = block + column
            let shift = UInt8(group % 8 / 2 * 2)
            let bit = UInt8(group / 2)
            for index in 0..<16 {
                let code = lower.byte(index) &>> shift & 3 | (third.byte(index) &>> bit & 1) << 2
                values[group * 16 + index] = step * Float(Int(code) - 4)
            }
        }
    }

    /// The lower four bits of scales 0 to 7 and 8 to 15 are the low and high halves of 8 bytes; the upper two bits of scale
    /// i lie in byte 8 + i % 4 at 2 * (i / 4).
    @inline(__always)
    static func scale(_ bytes: UnsafeRawPointer, group: Int) -> Int8 {
        let lower = bytes.byte(group % 8) &>> UInt8(group / 8 * 4) & 15
        let upper = bytes.byte(8 + group % 4) &>> UInt8(group / 4 * 2) & 3
        return Int8(lower | upper << 4) - 32
    }
}
