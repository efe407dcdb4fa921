extension NVFP4: EncodableFormat {
    static func encode(_ values: UnsafePointer<Float>, intoBlock block: UnsafeMutableRawPointer) {
        for group in 0..<4 {
            let values = values + 16 &* group
            let code = scaleCode(largestMagnitude(values, count: 16) / 6)
            block.store(code, at: group)
            let half = scale(code) / 2
            for index in 0..<8 {
                let low = FourBitFloats.code(values[index], scale: half)
                let high = FourBitFloats.code(values[index + 8], scale: half)
                block.store(low | high << 4, at: 4 + 8 * group + index)
            }
        }
    }

    /// A scale, not negative, as a float of 4 bits of exponent and 3 of mantissa. Halves are rounded up. What comes to
    /// 256 or more is the largest code, as in the reference.
    @inline(__always)
    private static func scaleCode(_ scale: Float) -> UInt8 {
        let value = min(scale, 448)
        guard value >= 0x1p-6 else { return UInt8(min(7, value * 512 + 0.5)) }
        // The lowest exponent of a normal scale, 2^-6, is stored as 1.
        let bits = value.bitPattern &- (120 << 23)
        let code = (bits >> 20) + (bits >> 19 & 1)
        return code < 120 ? UInt8(code) : 126
    }
}
