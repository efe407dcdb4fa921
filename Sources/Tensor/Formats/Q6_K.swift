package import GGUF

/// Blocks of 256 in 16 groups of 16: value = d * scale * (code - 32), with codes of 6 bits and a scale of a signed byte for
/// each group.
///
/// 128 bytes with the codes' lower 4 bits, 64 bytes with their upper 2, 16 scales, then the half d. For the first 128 codes
/// byte i of 64 holds the lower bits of codes i and i + 64, and byte i of 32 the upper bits of codes i, i + 32, i + 64 and
/// i + 96, lowest first; the second 128 codes follow likewise.
package enum Q6_K: EncodableFormat {
    package static let type = TensorType.q6_k

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let scale = block.half(208)
        for group in 0..<16 {
            let step = scale * Float(Int8(bitPattern: block.byte(192 + group)))
            let (half, quarter, column) = (group / 8, group % 8 / 2, group % 2 * 16)
            let lower = block + half * 64 + quarter % 2 * 32 + column
            let upper = block + 128 + half * 32 + column
            let (lowerShift, upperShift) = (UInt8(quarter / 2 * 4), UInt8(quarter * 2))
            for index in 0..<16 {
                let code = lower.byte(index) &>> lowerShift & 15 | (upper.byte(index) &>> upperShift & 3) << 4
                values[group * 16 + index] = step * Float(Int(code) - 32)
            }
        }
    }

    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        SymmetricEncoder.encode(values, scales: block + 192, scale: block + 208) { index, codes in
            let (lower, upper) = (codes & 15, codes &>> 4)
            for half in 0..<2 {
                for column in 0..<2 {
                    func at(_ quarter: Int) -> Int { half * 8 + quarter * 2 + column }
                    let place = half * 64 + column * 16 + index
                    block.store(lower[at(0)] | lower[at(2)] << 4, at: place)
                    block.store(lower[at(1)] | lower[at(3)] << 4, at: place + 32)
                    let bits = upper[at(0)] | upper[at(1)] << 2 | upper[at(2)] << 4 | upper[at(3)] << 6
                    block.store(bits, at: 128 + half * 32 + column * 16 + index)
                }
            }
        }
    }
}
