import Builtin

/// Asks for a cache line to be brought near; a hint, which no address can make fault.
@inline(__always)
func prefetch(_ address: UnsafeRawPointer) {
    Builtin.int_prefetch_RawPointer(address._rawValue, Builtin.zeroInitializer(), Int32(3)._value, Int32(1)._value)
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
