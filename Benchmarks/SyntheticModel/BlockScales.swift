/// The scales of blocks whose codes are random bytes.
extension WeightType {
    /// Stores the scales of a block such that its values have mean 0 and the standard deviation `deviation`.
    /// - Parameter random: 64 bits for scales that differ within the block.
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
        case .q8_0, .q4_0, .f16, .bf16, .f32: break
        }
    }

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

    /// A scale, and a minimum that takes away the mean of the codes; k-quants subtract theirs, others add it.
    @inline(__always)
    private func storeAffine(_ block: UnsafeMutableRawPointer, _ scale: Float, mean: Float) {
        storeHalf(scale, block, 0)
        storeHalf(-scale * mean, block, 2)
    }

    /// The 12 bytes that hold eight scales and eight minima of 6 bits, with each minimum equal to its scale, which is 32
    /// or more.
    ///
    /// Bytes 0 ... 3 (scales) and 4 ... 7 (minima) have the first four in their low 6 bits and the high 2 bits of the last
    /// four above; bytes 8 ... 11 have the low 4 bits of the last four, scales low and minima high.
    @inline(__always)
    private func storeSixBitScales(_ block: UnsafeMutableRawPointer, _ random: UInt64) {
        let high = UInt32(truncatingIfNeeded: random) | 0xa0a0_a0a0
        let low = UInt32(truncatingIfNeeded: random >> 32) & 0x0f0f_0f0f
        block.storeBytes(of: high, toByteOffset: 4, as: UInt32.self)
        block.storeBytes(of: high, toByteOffset: 8, as: UInt32.self)
        block.storeBytes(of: low | low << 4, toByteOffset: 12, as: UInt32.self)
    }

    /// Makes sixteen random bytes scales of size 32 ..< 64 and either sign, which cancels the mean of the codes.
    @inline(__always)
    private func storeSignedScales(_ scales: UnsafeMutableRawPointer) {
        let random = scales.loadUnaligned(as: SIMD16<Int8>.self)
        let sizes = random & 31 | 32
        scales.storeBytes(of: sizes.replacing(with: 0 &- sizes, where: random .< 0), as: SIMD16<Int8>.self)
    }
}
