internal import TensorBase

/// What IQ1_S and IQ1_M share: values g + delta, with g of -1, 0 or 1 and delta of 1/8 or -1/8.
enum IQ1 {
    /// Decodes eight values.
    @inline(__always)
    static func decode(
        _ entry: UInt16, isDeltaNegative: Bool, step: Float, into values: UnsafeMutablePointer<Float>
    ) {
        let delta: Float = isDeltaNegative ? -0.125 : 0.125
        for index in 0..<8 { values[index] = step * (Float(Grids.code2(index, of: entry) - 1) + delta) }
    }
}

// MARK: - Integer products

// A value is 1/8 of 8 g + 1 or 8 g - 1, whose codes are 0, 8 and 16, plus 2 if delta is positive.
extension IQ1 {
    static var bias: Int32 { 9 }
    static var largestCode: Int { 18 }

    /// Eight codes of a grid entry, without delta.
    /// - Parameter nibbles: the entry's, in bytes.
    @inline(__always)
    static func codes<Words: PanelWords>(_ nibbles: Words) -> (low: Words, high: Words) {
        let lower = SIMD16<Int8>(0, 8, 16, 0, 0, 8, 16, 0, 0, 8, 16, 0, 0, 0, 0, 0)
        let upper = SIMD16<Int8>(0, 0, 0, 0, 8, 8, 8, 0, 16, 16, 16, 0, 0, 0, 0, 0)
        return (nibbles.entries(of: lower), nibbles.entries(of: upper))
    }

    /// What a positive delta adds to four codes: zero where bit `bit` is set, because delta is negative there.
    @inline(__always)
    static func delta<Words: PanelWords>(_ words: Words, bit: UInt32) -> Words {
        (words.field(bit, width: 1) &- Words(repeating: 1)).masked(2)
    }
}
