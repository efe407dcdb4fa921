// Half precision (IEEE binary16) to and from 16 floats at once.
//
// With the instructions of F16C or AVX-512 the loops over lanes become one conversion each. SSE2 has none, and
// a conversion would be a library call per lane: there integer arithmetic does the same, bit by bit.

/// The values of 16 halves, exactly.
@inline(__always)
func widened(_ halves: SIMD16<UInt16>) -> SIMD16<Float> {
    guard Machine.hasHalfConversion else { return widenedByArithmetic(halves) }
    let floats16 = unsafeBitCast(halves, to: SIMD16<Float16>.self)
    var floats = SIMD16<Float>()
    for lane in 0..<16 { floats[lane] = Float(floats16[lane]) }
    return floats
}

extension Float {
    /// A half-precision float as one of single precision, exactly.
    @inline(__always)
    init(half: Float16) {
        if Machine.hasHalfConversion {
            self = Float(half)
        } else {
            // Without the instruction the conversion is a library call. Shifted into place the exponent is 112 too
            // small, which a multiplication corrects, for denormals too. Infinity and NaN have the largest exponent.
            let bits = UInt32(half.bitPattern)
            let magnitude = Float(bitPattern: (bits & 0x7fff) << 13) * 0x1p112
            let special: UInt32 = bits & 0x7c00 == 0x7c00 ? 0x7f80_0000 : 0
            self = Float(bitPattern: magnitude.bitPattern | special | (bits & 0x8000) << 16)
        }
    }
}

/// 16 floats rounded to the nearest half, ties to even; what is beyond the range becomes infinite.
@inline(__always)
func narrowed(_ floats: SIMD16<Float>) -> SIMD16<UInt16> {
    guard Machine.hasHalfConversion else { return narrowedByArithmetic(floats) }
    var halves = SIMD16<Float16>()
    for lane in 0..<16 { halves[lane] = Float16(floats[lane]) }
    return unsafeBitCast(halves, to: SIMD16<UInt16>.self)
}

/// `widened` without conversion instructions.
///
/// Comparisons of vectors are loops over their lanes on the baseline; masks come from shifted signs instead.
@inline(__always)
func widenedByArithmetic(_ halves: SIMD16<UInt16>) -> SIMD16<Float> {
    var bits = SIMD16<Int32>()
    for lane in 0..<16 { bits[lane] = Int32(halves[lane]) }
    let magnitude = (bits & 0x7fff) &<< 13
    // The exponents' biases differ by 112; a multiplication corrects them, those of denormal halves as well.
    let value = unsafeBitCast(magnitude, to: SIMD16<Float>.self) * 0x1p112
    let isSpecial = (0x0f7f_ffff &- magnitude) &>> 31  // infinite or NaN
    let special = isSpecial & 0x7f80_0000
    let sign = (bits & 0x8000) &<< 16
    return unsafeBitCast(unsafeBitCast(value, to: SIMD16<Int32>.self) | special | sign, to: SIMD16<Float>.self)
}

/// `narrowed` without conversion instructions.
@inline(__always)
func narrowedByArithmetic(_ floats: SIMD16<Float>) -> SIMD16<UInt16> {
    let bits = unsafeBitCast(floats, to: SIMD16<UInt32>.self)
    var halves = SIMD16<UInt16>()
    for lane in 0..<16 { halves[lane] = narrowedByArithmetic(bits[lane]) }
    return halves
}

@inline(__always)
private func narrowedByArithmetic(_ bits: UInt32) -> UInt16 {
    let magnitude = bits & 0x7fff_ffff
    let sign = UInt16(truncatingIfNeeded: (bits >> 16) & 0x8000)
    if magnitude >= 0x4780_0000 { return sign | (magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00) }
    if magnitude < 0x3880_0000 {
        // A denormal half: its last place is that of 0.5 in single precision, so that an addition rounds.
        let sum = Float(bitPattern: magnitude) + 0.5
        return sign | UInt16(truncatingIfNeeded: sum.bitPattern &- Float(0.5).bitPattern)
    }
    // Half a unit of the last place that is kept, less one if that place is even; a carry raises the exponent.
    let rounded = magnitude &- 0x3800_0000 &+ 0xfff &+ ((magnitude >> 13) & 1)
    return sign | UInt16(truncatingIfNeeded: rounded >> 13)
}
