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

    /// Sixteen codes of two grid entries.
    /// - Parameters:
    ///   - first: the nibbles of the first entry, in bytes.
    ///   - deltas: what is added to the codes of either entry; see `delta`.
    @inline(__always)
    static func codes<Words: PanelWords>(_ first: Words, _ second: Words, deltas: (Words, Words)) -> Bytes16<Words> {
        // Those of a nibble's lower and of its upper code.
        let lower = SIMD16<Int8>(0, 8, 16, 0, 0, 8, 16, 0, 0, 8, 16, 0, 0, 0, 0, 0)
        let upper = SIMD16<Int8>(0, 0, 0, 0, 8, 8, 8, 0, 16, 16, 16, 0, 0, 0, 0, 0)
        return Bytes16(
            first.entries(of: lower) | deltas.0, first.entries(of: upper) | deltas.0,
            second.entries(of: lower) | deltas.1, second.entries(of: upper) | deltas.1)
    }

    /// What a positive delta adds to four codes: zero where bit `bit` is set, because delta is negative there.
    @inline(__always)
    static func delta<Words: PanelWords>(_ words: Words, bit: UInt32) -> Words {
        (words.field(bit, width: 1) &- Words(repeating: 1)).masked(2)
    }

    /// 2 s + 1 for the scale s of three bits from bit `first` on.
    @inline(__always)
    static func oddScale<Words: PanelWords>(_ words: Words, _ first: UInt32) -> Words.Floats {
        (words.field(first, width: 3).shiftedLeft(1) | Words(repeating: 1)).floats
    }
}

extension Bytes16 {
    /// 16 bits of each row, the `index`th of eight times 16.
    @inline(__always)
    func half(_ index: Int) -> Words {
        self[index / 2].field(UInt32(truncatingIfNeeded: 16 &* (index & 1)), width: 16)
    }
}
