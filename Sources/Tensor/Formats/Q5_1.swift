package import GGUF

/// Blocks of 32: half-precision scale d and minimum m, and 32 codes of 5 bits as in Q5_0; value = d * code + m.
package enum Q5_1: EncodableFormat {
    package static let type = TensorType.q5_1

    package static func decode(block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
        let (scale, minimum) = (block.half(0), block.half(2))
        FiveBits.decode(block + 4) { index, code in values[index] = scale * Float(code) + minimum }
    }

    /// m = min x, d = (max x - m) / 31; the codes come from both before they are rounded to half.
    package static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let (least, largest) = extremes(values)
        let scale = (largest - least) / 31
        let inverse = scale == 0 ? 0 : 1 / scale
        block.storeHalf(scale, at: 0)
        block.storeHalf(least, at: 2)
        FiveBits.encode(into: block + 4) {
            UInt8(truncating: (values[$0] - least) * inverse + 0.5, largest: 31)
        }
    }
}
