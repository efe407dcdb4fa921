// What encoders do with values in lanes.

/// The value, or zero for NaN: a NaN is coded as if it were not there.
@inline(__always)
func number(_ value: Float) -> Float { value == value ? value : 0 }

@inline(__always)
func magnitude(_ values: SIMD16<Float>) -> SIMD16<Float> {
    unsafeBitCast(unsafeBitCast(values, to: SIMD16<UInt32>.self) & 0x7fff_ffff, to: SIMD16<Float>.self)
}

/// The nearest whole numbers of floats below 2^22, ties to even: a sum with 1.5 * 2^23 has no room for a fraction.
@inline(__always)
func roundedToEven(_ values: SIMD16<Float>) -> SIMD16<Float> { (values + 0x1.8p23) - 0x1.8p23 }

/// The same, between two whole numbers.
@inline(__always)
func roundedToEven(_ values: SIMD16<Float>, from least: Float, to largest: Float) -> SIMD16<Float> {
    var limited = values
    limited.replace(with: SIMD16(repeating: least), where: values .< least)
    limited.replace(with: SIMD16(repeating: largest), where: values .> largest)
    return roundedToEven(limited)
}

/// Whole floats from -128 to 255 as bytes. For NaN the result is arbitrary, but it does not trap.
@inline(__always)
func coded(_ codes: SIMD16<Float>) -> SIMD16<UInt8> {
    var bytes = SIMD16<UInt8>.zero
    for lane in 0..<16 { bytes[lane] = UInt8(truncatingIfNeeded: (codes[lane] + 0x1.8p23).bitPattern) }
    return bytes
}

/// Whole floats from 0 to 2^22.
@inline(__always)
func words(_ codes: SIMD16<Float>) -> SIMD16<UInt32> {
    unsafeBitCast(codes + 0x1.8p23, to: SIMD16<UInt32>.self) & 0x3f_ffff
}

/// Whole floats from 0 to 2^22 back from words.
@inline(__always)
func floats(_ words: SIMD16<UInt32>) -> SIMD16<Float> {
    unsafeBitCast(words | 0x4b00_0000, to: SIMD16<Float>.self) - 0x1p23
}

/// The value of largest magnitude of `count` lanes, the first of several.
@inline(__always)
func extreme(_ values: SIMD16<Float>, from first: Int = 0, count: Int = 16) -> Float {
    var extreme: Float = 0
    for lane in first..<first + count where abs(values[lane]) > abs(extreme) { extreme = values[lane] }
    return extreme
}

/// The largest of `count` lanes, or zero if none is positive.
@inline(__always)
func largest(_ values: SIMD16<Float>, from first: Int, count: Int) -> Float {
    var largest: Float = 0
    for lane in first..<first + count where values[lane] > largest { largest = values[lane] }
    return largest
}
