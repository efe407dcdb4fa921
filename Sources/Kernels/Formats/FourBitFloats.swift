/// Twice the values of floats of 4 bits: a sign, two bits of exponent and one of mantissa.
enum FourBitFloats {
    @inline(__always)
    static func value(_ code: UInt8) -> Float {
        let twice = 2 + Int(code & 1)
        let exponent = Int(code >> 1 & 3)
        let magnitude = exponent == 0 ? Int(code & 1) : twice << (exponent - 1)
        return Float(code & 8 == 0 ? magnitude : -magnitude)
    }
}

extension FourBitFloats {
    /// The codebook plus 12, so that its entries are unsigned.
    static var biased: SIMD16<Int8> {
        @inline(__always) get { SIMD16(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0) }
    }
    static var bias: Int32 { 12 }
    static var largestCode: Int { 24 }
}
