import Builtin

/// Asks for a cache line to be brought into the first-level cache. A hint: no address can make it fault.
@inline(__always)
func prefetch(_ address: UnsafeRawPointer) {
    Builtin.int_prefetch_RawPointer(address._rawValue, Builtin.zeroInitializer(), Int32(3)._value, Int32(1)._value)
}

/// `sum + a * b`, rounded once where the processor can.
@inline(__always)
func multiplyAdd(_ sum: SIMD16<Float>, _ a: SIMD16<Float>, _ b: SIMD16<Float>) -> SIMD16<Float> {
    // Without the instruction, a fused operation would be a library call per lane.
    Machine.hasFusedMultiplyAdd ? sum.addingProduct(a, b) : sum + a * b
}

/// The same for one float.
@inline(__always)
func multiplyAdd(_ sum: Float, _ a: Float, _ b: Float) -> Float {
    // Without the instruction, a fused operation would be a library call per lane.
    Machine.hasFusedMultiplyAdd ? sum.addingProduct(a, b) : sum + a * b
}

// Square roots. That of the standard library calls a C function, of which the linker may keep another module's copy.

@inline(__always)
func squareRoot(_ value: Float) -> Float { Float(Builtin.int_sqrt_FPIEEE32(value._value)) }

@inline(__always)
func squareRoot(_ values: SIMD16<Float>) -> SIMD16<Float> {
    var roots = SIMD16<Float>()
    for lane in 0..<16 { roots[lane] = squareRoot(values[lane]) }
    return roots
}

// Sums and extremes across lanes. Those of the standard library may be compiled into functions that the linker shares
// between modules; these are always part of their caller.

@inline(__always)
func laneSum(of vector: SIMD16<Float>) -> Float {
    let eight = vector.lowHalf + vector.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
}

@inline(__always)
func laneSum(of vector: SIMD16<Int32>) -> Int32 {
    let eight = vector.lowHalf &+ vector.highHalf
    let four = eight.lowHalf &+ eight.highHalf
    let two = four.lowHalf &+ four.highHalf
    return two[0] &+ two[1]
}

/// The largest of 16 floats, none of them NaN.
@inline(__always)
func largestLane(of vector: SIMD16<Float>) -> Float {
    let eight = larger(vector.lowHalf, vector.highHalf)
    let four = larger(eight.lowHalf, eight.highHalf)
    let two = larger(four.lowHalf, four.highHalf)
    return max(two[0], two[1])
}

@inline(__always)
private func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a.replacing(with: b, where: b .> a) }

@inline(__always)
private func larger(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> { a.replacing(with: b, where: b .> a) }

@inline(__always)
private func larger(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> SIMD2<Float> { a.replacing(with: b, where: b .> a) }
