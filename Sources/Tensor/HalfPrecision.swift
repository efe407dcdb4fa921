// Half precision (IEEE binary16) to and from 16 floats at once.
//
// With the instructions of F16C or AVX-512 the loops over lanes become one conversion each. The processor's baseline has
// none, and a conversion would be a library call per lane: there integer arithmetic does the same, bit by bit.

/// The values of 16 halves, exactly.
@inline(__always)
package func widened(_ halves: SIMD16<UInt16>) -> SIMD16<Float> {
    #if FUSED_MULTIPLY_ADD || arch(arm64)
        let floats16 = unsafeBitCast(halves, to: SIMD16<Float16>.self)
        var floats = SIMD16<Float>()
        for lane in 0..<16 { floats[lane] = Float(floats16[lane]) }
        return floats
    #else
        widenedByArithmetic(halves)
    #endif
}

/// 16 floats rounded to the nearest half, ties to even; what is beyond the range becomes infinite.
@inline(__always)
package func narrowed(_ floats: SIMD16<Float>) -> SIMD16<UInt16> {
    #if FUSED_MULTIPLY_ADD || arch(arm64)
        var halves = SIMD16<Float16>()
        for lane in 0..<16 { halves[lane] = Float16(floats[lane]) }
        return unsafeBitCast(halves, to: SIMD16<UInt16>.self)
    #else
        narrowedByArithmetic(floats)
    #endif
}

/// `widened` without conversion instructions.
@inline(__always)
package func widenedByArithmetic(_ halves: SIMD16<UInt16>) -> SIMD16<Float> {
    var bits = SIMD16<UInt32>()
    for lane in 0..<16 { bits[lane] = UInt32(halves[lane]) }
    let magnitude = (bits & 0x7fff) &<< 13
    // The exponents' biases differ by 112; a multiplication corrects them for denormal halves as well.
    var value = unsafeBitCast(magnitude, to: SIMD16<Float>.self) * Float(sign: .plus, exponent: 112, significand: 1)
    let special = unsafeBitCast(magnitude | 0x7f80_0000, to: SIMD16<Float>.self)  // infinities and NaN
    value.replace(with: special, where: magnitude .>= 0x0f80_0000)
    let sign = (bits & 0x8000) &<< 16
    return unsafeBitCast(unsafeBitCast(value, to: SIMD16<UInt32>.self) | sign, to: SIMD16<Float>.self)
}

/// `narrowed` without conversion instructions.
@inline(__always)
package func narrowedByArithmetic(_ floats: SIMD16<Float>) -> SIMD16<UInt16> {
    let bits = unsafeBitCast(floats, to: SIMD16<UInt32>.self)
    let magnitude = bits & 0x7fff_ffff
    // Adding half a unit of the last place that stays, less one where it is even, rounds; a carry raises the exponent.
    let isOdd = (magnitude &>> 13) & 1
    var result = (magnitude &- 0x3800_0000 &+ 0xfff &+ isOdd) &>> 13
    // Denormal results: the addition of a float whose last place is that of the denormals rounds.
    let half = SIMD16<Float>(repeating: 0.5)
    let shifted = unsafeBitCast(unsafeBitCast(magnitude, to: SIMD16<Float>.self) + half, to: SIMD16<UInt32>.self)
    result.replace(
        with: shifted &- unsafeBitCast(half, to: SIMD16<UInt32>.self), where: magnitude .< 0x3880_0000)
    result.replace(with: SIMD16(repeating: 0x7c00), where: magnitude .>= 0x4780_0000)
    result.replace(with: SIMD16(repeating: 0x7e00), where: magnitude .> 0x7f80_0000)
    result |= (bits &>> 16) & 0x8000
    var halves = SIMD16<UInt16>()
    for lane in 0..<16 { halves[lane] = UInt16(truncatingIfNeeded: result[lane]) }
    return halves
}
