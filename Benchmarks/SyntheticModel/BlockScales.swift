/// The scales of blocks whose codes are random bytes.
extension WeightType {
    /// Stores scales such that the values of a block have mean 0 and standard deviation `deviation`.
    /// - Parameter random: 64 random bits, for formats with several scales per block.
    @inline(__always)
    func storeScales(_ block: UnsafeMutableRawPointer, _ random: UInt64, _ deviation: Float) {
        switch self {
        case .q4_1: storeAffine(block, deviation / Self.deviation16, mean: 7.5)
        case .q5_0: storeHalf(deviation / Self.deviation32, block, 0)
        case .q5_1: storeAffine(block, deviation / Self.deviation32, mean: 15.5)
        case .q4_k:
            storeSixBitScales(block, random)
            storeAffine(block, deviation / Self.deviation16 / Self.scaleSize, mean: -7.5)
        case .q5_k:
            storeSixBitScales(block, random)
            storeAffine(block, deviation / Self.deviation32 / Self.scaleSize, mean: -15.5)
        case .q6_k:
            storeSignedScales(block + 192)
            storeHalf(deviation / Self.deviation64 / Self.scaleSize, block, 208)
        // The factors are the root mean squares of the grids' magnitudes, all entries being as likely, and those of the
        // codebooks.
        case .iq2_xxs: storeHalf(deviation * 8 / Self.oddScaleSize / 23.118, block, 0)
        case .iq2_xs: storeHalf(deviation * 8 / Self.oddScaleSize / 24.217, block, 0)
        case .iq2_s: storeHalf(deviation * 8 / Self.oddScaleSize / 24.430, block, 0)
        case .iq3_xxs: storeHalf(deviation * 4 / Self.oddScaleSize / 30.849, block, 0)
        case .iq3_s: storeHalf(deviation / Self.oddScaleSize / 7.594, block, 0)
        case .iq1_s: storeHalf(deviation / Self.oddScaleSize8 / 0.781, block, 0)
        case .iq1_m: storeSpreadHalf(deviation / Self.oddScaleSize8 / 0.781, block + 48)
        case .iq4_nl: storeHalf(deviation / 67.18, block, 0)
        case .iq4_xs: storeHalf(deviation / Self.centredScaleSize / 67.439, block, 0)
        case .mxfp4: storeExponent(deviation / 2.926, block, random)
        case .nvfp4: storeByteFloats(deviation / 2.926, block, random)
        case .tq1_0: storeHalf(deviation / 0.8173, block, 52)
        case .tq2_0:
            storeTernaryCodes(block, count: 256)
            storeHalf(deviation / Self.ternarySize, block, 64)
        case .q1_0: storeHalf(deviation, block, 0)
        case .q2_0:
            storeTernaryCodes(block + 2, count: 64)
            storeHalf(deviation / Self.ternarySize, block, 0)
        case .q8_0, .q4_0, .f16, .bf16, .f32: break
        }
    }

    /// The root mean squares of 2 s + 1 for scales s that are uniform in 0 ..< 16 and in 0 ..< 8, and of scales that
    /// are uniform in -32 ..< 32.
    private static let oddScaleSize: Float = 18.466
    private static let oddScaleSize8: Float = 9.220
    private static let centredScaleSize: Float = 18.48

    /// Stores the half in the upper four bits of four words, the lowest first.
    @inline(__always)
    private func storeSpreadHalf(_ value: Float, _ words: UnsafeMutableRawPointer) {
        let half = Float16(value).bitPattern
        for word in 0..<4 {
            let rest = words.loadUnaligned(fromByteOffset: 2 * word, as: UInt16.self) & 0x0fff
            let part = (half >> UInt16(4 * word)) << 12
            words.storeBytes(of: rest | part, toByteOffset: 2 * word, as: UInt16.self)
        }
    }

    /// Stores one of the powers of two next to `value`, by chance so that their mean square is that of `value`.
    @inline(__always)
    private func storeExponent(_ value: Float, _ block: UnsafeMutableRawPointer, _ random: UInt64) {
        let ratio = value.significand  // to the power below, from 1 to 2
        let isUpper = Float(random >> 40) * 0x1p-24 < (ratio * ratio - 1) / 3
        block.storeBytes(of: UInt8(Int(value.exponent) + 127 + (isUpper ? 1 : 0)), as: UInt8.self)
    }

    /// Stores four of the 8-bit floats next to `value`, by chance so that their mean square is that of `value`.
    @inline(__always)
    private func storeByteFloats(_ value: Float, _ block: UnsafeMutableRawPointer, _ random: UInt64) {
        // Their bits are those of a half of 1/256 the size, without the last ones of its mantissa.
        let lower = UInt8(truncatingIfNeeded: Float16(value / 256).bitPattern >> 7)
        func square(_ code: UInt8) -> Float {
            let size = Float(Float16(bitPattern: UInt16(code) << 7)) * 256
            return size * size
        }
        let share = (value * value - square(lower)) / (square(lower + 1) - square(lower))
        for group in 0..<4 {
            let isUpper = Float(random >> UInt64(16 * group) & 0xffff) * 0x1p-16 < share
            block.storeBytes(of: lower + (isUpper ? 1 : 0), toByteOffset: group, as: UInt8.self)
        }
    }

    /// Replaces code 3, which no encoder writes, with 1, which stands for 0, in `count` codes of 2 bits.
    @inline(__always)
    private func storeTernaryCodes(_ codes: UnsafeMutableRawPointer, count: Int) {
        for offset in stride(from: 0, to: count / 4, by: 8) {
            let word = codes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let threes = word & word >> 1 & 0x5555_5555_5555_5555
            codes.storeBytes(of: word ^ threes << 1, toByteOffset: offset, as: UInt64.self)
        }
    }

    /// The root mean square of -1, 0, 0 and 1.
    private static let ternarySize: Float = 0.7071

    /// The standard deviations of codes of 4, 5 and 6 bits: sqrt((n² - 1) / 12) for n codes.
    private static let deviation16: Float = 4.61
    private static let deviation32: Float = 9.23
    private static let deviation64: Float = 18.47
    /// The root mean square of scales that are uniform in 32 ..< 64.
    private static let scaleSize: Float = 48.39

    @inline(__always)
    private func storeHalf(_ value: Float, _ block: UnsafeMutableRawPointer, _ offset: Int) {
        block.storeBytes(of: Float16(value).bitPattern, toByteOffset: offset, as: UInt16.self)
    }

    /// A scale, and a minimum that cancels the mean of the codes. K-quants subtract the minimum, other formats add it.
    @inline(__always)
    private func storeAffine(_ block: UnsafeMutableRawPointer, _ scale: Float, mean: Float) {
        storeHalf(scale, block, 0)
        storeHalf(-scale * mean, block, 2)
    }

    /// Stores eight scales and eight minima of 6 bits each in 12 bytes. Each minimum equals its scale, which is at
    /// least 32.
    ///
    /// Bytes 0 ... 3 (scales) and 4 ... 7 (minima) contain the first four in their low 6 bits, and the high 2 bits of
    /// the last four above them. Bytes 8 ... 11 contain the low 4 bits of the last four, scales in the low half.
    @inline(__always)
    private func storeSixBitScales(_ block: UnsafeMutableRawPointer, _ random: UInt64) {
        let high = UInt32(truncatingIfNeeded: random) | 0xa0a0_a0a0
        let low = UInt32(truncatingIfNeeded: random >> 32) & 0x0f0f_0f0f
        block.storeBytes(of: high, toByteOffset: 4, as: UInt32.self)
        block.storeBytes(of: high, toByteOffset: 8, as: UInt32.self)
        block.storeBytes(of: low | low << 4, toByteOffset: 12, as: UInt32.self)
    }

    /// Turns sixteen random bytes into scales of magnitude 32 ..< 64 and either sign, which cancels the mean of the
    /// codes.
    @inline(__always)
    private func storeSignedScales(_ scales: UnsafeMutableRawPointer) {
        let random = scales.loadUnaligned(as: SIMD16<Int8>.self)
        let sizes = random & 31 | 32
        scales.storeBytes(of: sizes.replacing(with: 0 &- sizes, where: random .< 0), as: SIMD16<Int8>.self)
    }
}
