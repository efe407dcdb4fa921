// Elementary functions on 16 floats at once, accurate to a few units in the last place.

/// The exponential function. Cody-Waite reduction to |r| <= ln 2 / 2 and the polynomial of Cephes' expf.
@inline(__always)
func exponential(_ x: SIMD16<Float>) -> SIMD16<Float> {
    // Beyond these limits the result is zero or infinite in single precision, or nearly so; they keep the exponent in
    // range.
    var x = x
    x.replace(with: SIMD16(repeating: -87), where: x .< -87)
    x.replace(with: SIMD16(repeating: 88), where: x .> 88)

    // Adding 1.5 * 2^23 rounds to an integer, which is then in the low bits.
    let magic = SIMD16<Float>(repeating: 12_582_912)
    let shifted = multiplyAdd(magic, x, SIMD16(repeating: 1.442_695_04))
    let n = shifted - magic
    var r = multiplyAdd(x, n, SIMD16(repeating: -0.693_359_375))
    r = multiplyAdd(r, n, SIMD16(repeating: 2.121_944_4e-4))

    var p = SIMD16<Float>(repeating: 1.987_569_15e-4)
    p = multiplyAdd(SIMD16(repeating: 1.398_199_95e-3), p, r)
    p = multiplyAdd(SIMD16(repeating: 8.333_451_9e-3), p, r)
    p = multiplyAdd(SIMD16(repeating: 4.166_579_6e-2), p, r)
    p = multiplyAdd(SIMD16(repeating: 1.666_666_55e-1), p, r)
    p = multiplyAdd(SIMD16(repeating: 5.000_000_1e-1), p, r)
    let value = multiplyAdd(r + 1, p, r * r)

    let exponent = unsafeBitCast(shifted, to: SIMD16<Int32>.self) &- unsafeBitCast(magic, to: SIMD16<Int32>.self)
    return value * unsafeBitCast((exponent &+ 127) &<< 23, to: SIMD16<Float>.self)
}

/// The hyperbolic tangent: an odd polynomial near zero (Cephes' tanhf), where 1 - 2 / (e^2x + 1) would cancel.
@inline(__always)
func hyperbolicTangent(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let s = x * x
    var p = SIMD16<Float>(repeating: -5.704_988_73e-3)
    p = multiplyAdd(SIMD16(repeating: 2.063_908_88e-2), p, s)
    p = multiplyAdd(SIMD16(repeating: -5.373_971_2e-2), p, s)
    p = multiplyAdd(SIMD16(repeating: 1.333_144_18e-1), p, s)
    p = multiplyAdd(SIMD16(repeating: -3.333_328_2e-1), p, s)
    let near = multiplyAdd(x, p * s, x)
    let far = 1 - 2 / (exponential(x + x) + 1)
    return far.replacing(with: near, where: s .< 0.390_625)
}

/// GELU, tanh approximation (Hendrycks and Gimpel, https://arxiv.org/abs/1606.08415):
/// x/2 (1 + tanh u) = x / (1 + e^-2u), u = sqrt(2/pi) (x + 0.044715 x^3).
@inline(__always)
func approximateGELU(_ x: SIMD16<Float>) -> SIMD16<Float> {
    let u = (x + x * x * x * 0.044_715) * 0.797_884_56
    return x / (1 + exponential(u * -2))
}

/// Applies `body` to 16 floats at a time of `count`; the last ones are padded with zeros, whose results are dropped.
@inline(__always)
func forEachVector(
    _ count: Int, _ values: UnsafeMutablePointer<Float>, _ body: (SIMD16<Float>, Int) -> SIMD16<Float>
) {
    let raw = UnsafeMutableRawPointer(values)
    var index = 0
    while index &+ 16 <= count {
        let vector = raw.loadUnaligned(fromByteOffset: index &* 4, as: SIMD16<Float>.self)
        raw.storeBytes(of: body(vector, index), toByteOffset: index &* 4, as: SIMD16<Float>.self)
        index &+= 16
    }
    if index < count {
        var vector = SIMD16<Float>.zero
        for lane in 0..<count - index { vector[lane] = values[index + lane] }
        let result = body(vector, index)
        for lane in 0..<count - index { values[index + lane] = result[lane] }
    }
}

/// The vector at `index` of `count` floats, padded with zeros.
@inline(__always)
func loadVector(_ values: UnsafePointer<Float>, _ index: Int, count: Int) -> SIMD16<Float> {
    if index &+ 16 <= count { return UnsafeRawPointer(values + index).loadUnaligned(as: SIMD16<Float>.self) }
    var vector = SIMD16<Float>.zero
    for lane in 0..<count - index { vector[lane] = values[index + lane] }
    return vector
}

/// The dot product of two vectors of `count` floats.
@inline(__always)
func dotProduct(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
    var even = SIMD16<Float>.zero, odd = even
    var index = 0
    while index < count {
        even = multiplyAdd(even, loadVector(a, index, count: count), loadVector(b, index, count: count))
        index &+= 16
        guard index < count else { break }
        odd = multiplyAdd(odd, loadVector(a, index, count: count), loadVector(b, index, count: count))
        index &+= 16
    }
    return laneSum(of: even + odd)
}

/// Softmax of `count` scores in place, their largest subtracted first.
func softmaxInPlace(_ scores: UnsafeMutablePointer<Float>, count: Int) {
    guard count > 0 else { return }
    var largest = -Float.infinity
    for index in 0..<count { largest = max(largest, scores[index]) }
    var sums = SIMD16<Float>.zero
    forEachVector(count, scores) { vector, index in
        var value = exponential(vector - largest)
        if index + 16 > count {
            for lane in count - index..<16 { value[lane] = 0 }
        }
        sums += value
        return value
    }
    let factor = 1 / laneSum(of: sums)
    forEachVector(count, scores) { vector, _ in vector * factor }
}

/// Vectors of 16 that hold `count` elements.
@inline(__always)
func vectors(_ count: Int) -> Int { (count &+ 15) / 16 }
