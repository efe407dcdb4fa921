import Builtin

/// Asks for `count` bytes to be brought into the first-level cache; a hint that no address can make fault.
@inline(__always)
func prefetch(_ start: UnsafeRawPointer, count: Int) {
    for offset in stride(from: 0, to: count, by: 64) {
        Builtin.int_prefetch_RawPointer(
            (start + offset)._rawValue, Builtin.zeroInitializer(), Int32(3)._value, Int32(1)._value)
    }
}

/// `sum + a * b`, rounded once where the processor can.
@inline(__always)
func multiplyAdd(_ sum: SIMD16<Float>, _ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
    #if AVX2 || arch(arm64)
        sum.addingProduct(a, b)
    #else
        sum + a * b  // without the instruction, a fused operation is a library call per lane
    #endif
}

/// The same for one float.
@inline(__always)
func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float {
    #if AVX2 || arch(arm64)
        sum.addingProduct(a, b)
    #else
        sum + a * b
    #endif
}

extension Float {
    /// A half-precision float as one of single precision, exactly.
    @inline(__always)
    init(half: Float16) {
        #if AVX2 || arch(arm64)
            self = Float(half)
        #else
            // Without the instruction the conversion is a library call. Shifted into place the exponent is 112 too small,
            // which a multiplication mends for denormals too; infinity and NaN have the largest exponent.
            let bits = UInt32(half.bitPattern)
            let magnitude = Float(bitPattern: (bits & 0x7fff) << 13) * 0x1p112
            let special: UInt32 = bits & 0x7c00 == 0x7c00 ? 0x7f80_0000 : 0
            self = Float(bitPattern: magnitude.bitPattern | special | (bits & 0x8000) << 16)
        #endif
    }
}
