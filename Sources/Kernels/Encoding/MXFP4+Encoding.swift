extension MXFP4: EncodableFormat {
    /// The exponent is that of the largest magnitude, less 2: codes reach to 1.5 * 2^2.
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        let largest = largestMagnitude(values, count: 32)
        let exponent = largest > 0 ? UInt8(max(0, min(254, floorOfLogarithm(largest) + 125))) : 0
        block.store(exponent, at: 0)
        let scale = scale(exponent)
        for index in 0..<16 {
            let low = FourBitFloats.code(values[index], scale: scale)
            let high = FourBitFloats.code(values[index + 16], scale: scale)
            block.store(low | high << 4, at: 1 + index)
        }
    }

    /// ⌊log2(value)⌋ with the logarithm rounded to single precision, as the reference computes it: just below a power
    /// of two it is that of the power.
    @inline(__always)
    private static func floorOfLogarithm(_ value: Float) -> Int {
        guard value < .infinity else { return 128 }
        let isSubnormal = value < .leastNormalMagnitude
        let bits = (isSubnormal ? value * 0x1p32 : value).bitPattern
        let exponent = Int(bits >> 23) - (isSubnormal ? 159 : 127)
        // How far the significand is below 2, as a share: the logarithm is below the next whole number by so much / ln
        // 2, for the small ones that rounding can reach.
        let missing = 1 - Double(Float(bitPattern: bits & 0x7f_ffff | 0x3f80_0000)) / 2
        let next = Double(exponent + 1)
        return missing < 0x1p-16 && Float(next - missing * 1.4426950408889634) == Float(next) ? exponent + 1 : exponent
    }
}

extension FourBitFloats {
    /// The nearest code; of two equally near ones that of the smaller magnitude. A NaN counts as zero.
    @inline(__always)
    static func code(_ value: Float, scale: Float) -> UInt8 {
        guard scale > 0 else { return 0 }
        let magnitude = abs(value)
        // Halfway between the codes' magnitudes: 0, 1, 2, 3, 4, 6, 8, 12.
        let middles = SIMD8<Float>(0.5, 1.5, 2.5, 3.5, 5, 7, 10, .infinity)
        var code: UInt8 = 0
        for index in 0..<7 where magnitude > scale * middles[index] { code += 1 }
        return value < 0 && code > 0 ? code | 8 : code
    }
}
