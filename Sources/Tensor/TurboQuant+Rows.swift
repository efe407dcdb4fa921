extension TurboQuant {
    /// H(s ∘ x) of 32 values, to the bit what `rotate` of a pointer computes.
    @inline(__always)
    static func rotated(_ group: Group) -> Group { transformed(flipped(group)) }

    /// s ∘ H(y) of 32 values.
    @inline(__always)
    static func rotatedBack(_ group: Group) -> Group { flipped(transformed(group)) }

    /// Rotates each 32 of `count` values; `values` may be `result`.
    static func rotate(_ values: UnsafePointer<Float>, count: Int, into result: UnsafeMutablePointer<Float>) {
        for start in stride(from: 0, to: count, by: width) {
            rotated(Group(values + start)).store(to: result + start)
        }
    }

    /// The inverse of `rotate`, in place.
    static func rotateBack(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for start in stride(from: 0, to: count, by: width) {
            rotatedBack(Group(values + start)).store(to: values + start)
        }
    }

    @inline(__always)
    private static func flipped(_ group: Group) -> Group {
        Group(group.low * lowSigns, group.high * highSigns)
    }

    @inline(__always)
    private static func transformed(_ group: Group) -> Group {
        var (low, high) = (group.low, group.high)
        low = butterfly(butterfly(butterfly(butterfly(low, 1), 2), 4), 8)
        high = butterfly(butterfly(butterfly(butterfly(high, 1), 2), 4), 8)
        let factor: Float = 1 / Float(width).squareRoot()
        return Group((low + high) * factor, (low - high) * factor)
    }

    /// a + b and a - b of lanes `length` apart. The product with 1 or -1 is exact.
    @inline(__always)
    private static func butterfly(_ x: SIMD16<Float>, _ length: Int) -> SIMD16<Float> {
        var other = SIMD16<Float>()
        var sign = SIMD16<Float>()
        for lane in 0..<16 {
            other[lane] = x[lane ^ length]
            sign[lane] = lane & length == 0 ? 1 : -1
        }
        return multiplyAdd(other, x, sign)
    }

    private static let lowSigns = signs(from: 0)
    private static let highSigns = signs(from: 16)

    private static func signs(from start: Int) -> SIMD16<Float> {
        var vector = SIMD16<Float>()
        for lane in 0..<16 { vector[lane] = signs >> (start + lane) & 1 == 1 ? -1 : 1 }
        return vector
    }
}
