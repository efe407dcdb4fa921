internal import TensorBase

/// What the formats IQ2 share: the three magnitudes of their grids.
enum IQ2 {
    /// Decodes eight values. Value j is negative if bit j of `signs` is set.
    @inline(__always)
    static func decode(_ entry: UInt16, signs: UInt32, step: Float, into values: UnsafeMutablePointer<Float>) {
        for index in 0..<8 {
            let value = step * magnitude(Grids.code2(index, of: entry))
            values[index] = signs >> UInt32(index) & 1 == 1 ? -value : value
        }
    }

    @inline(__always)
    private static func magnitude(_ code: Int) -> Float { code == 0 ? 8 : code == 1 ? 25 : 43 }
}

// MARK: - Integer products

extension IQ2 {
    static var bias: Int32 { 43 }
    static var largestCode: Int { 86 }

    /// 32 codes, biased, of four grid entries.
    /// - Parameters:
    ///   - entries: their nibbles, in bytes.
    ///   - signs: 32 bits of each row.
    @inline(__always)
    static func codes<Words: PanelWords>(
        _ entries: Bytes16<Words>, signs: Words
    ) -> (Bytes16<Words>, Bytes16<Words>) {
        // The biased magnitudes of a nibble's lower and of its upper code.
        let lower = SIMD16<Int8>(51, 68, 86, 0, 51, 68, 86, 0, 51, 68, 86, 0, 0, 0, 0, 0)
        let upper = SIMD16<Int8>(51, 51, 51, 0, 68, 68, 68, 0, 86, 86, 86, 0, 0, 0, 0, 0)
        @inline(__always)
        func codes(_ a: Words, _ b: Words, from first: Int) -> Bytes16<Words> {
            Bytes16(a.entries(of: lower), a.entries(of: upper), b.entries(of: lower), b.entries(of: upper))
                .mirrored(in: 86, where: signs, from: first)
        }
        return (codes(entries.a, entries.b, from: 0), codes(entries.c, entries.d, from: 16))
    }
}
