/// What the TurboQuant formats share (https://arxiv.org/abs/2504.19874): values are rotated, which makes them nearly
/// Gaussian, and coded by the codebook that is best for a Gaussian.
///
/// In blocks of 32 the rotation is y = H(s ∘ x), with H the Walsh-Hadamard transform of 32 values times 1/sqrt(32), and
/// s fixed signs. Larger blocks use `OrthogonalRotation`. Both keep inner products: q · x = rotate(q) · rotate(x). So
/// the other factor can be rotated once, instead of rotating every value back.
package enum TurboQuant {
    /// Values that are rotated together.
    package static let width = 32

    /// The codebook of 3 bits in rising order, eight entries.
    package static var codebook3: SIMD8<Float> {
        @inline(__always) get {
            SIMD8(-2.1519457, -1.3439093, -0.7560053, -0.2450942, 0.2450942, 0.7560053, 1.3439093, 2.1519457)
        }
    }

    /// The codebook of 4 bits in rising order.
    package static var codebook4: SIMD16<Float> {
        @inline(__always) get {
            SIMD16(
                -2.7321365, -2.0685055, -1.6175243, -1.2557391, -0.9419147, -0.6564307, -0.3878412, -0.1283243,
                0.1283243, 0.3878412, 0.6564307, 0.9419147, 1.2557391, 1.6175243, 2.0685055, 2.7321365)
        }
    }

    /// The least floats that are nearer to entry i + 1 of `codebook3` than to entry i: a value halfway belongs to the
    /// lower entry. Seven, then infinities.
    package static var midpoints3: SIMD16<Float> {
        @inline(__always) get {
            SIMD16(
                lowHalf: SIMD8(
                    -1.74792731, -1.04995716, -0.500549734, 0x1p-149, 0.500549793, 1.04995739, 1.74792755, .infinity),
                highHalf: SIMD8(repeating: .infinity))
        }
    }

    /// The same for `codebook4`: fifteen, then infinity.
    package static var midpoints4: SIMD16<Float> {
        @inline(__always) get {
            SIMD16(
                -2.40032077, -1.84301484, -1.43663156, -1.09882677, -0.79917264, -0.522135913, -0.258082718, 0x1p-149,
                0.258082777, 0.522135973, 0.799172759, 1.098827, 1.4366318, 1.84301496, 2.40032125, .infinity)
        }
    }

    /// For each value, how many of the first `count` boundaries it reaches or exceeds; zero for NaN.
    @inline(__always)
    package static func codes(_ values: SIMD16<Float>, _ boundaries: SIMD16<Float>, count: Int) -> SIMD16<UInt8> {
        var counts = SIMD16<Int32>.zero
        for index in 0..<count {
            let boundary = boundaries[index]
            for lane in 0..<16 { counts[lane] &+= values[lane] >= boundary ? 1 : 0 }
        }
        var codes = SIMD16<UInt8>.zero
        for lane in 0..<16 { codes[lane] = UInt8(truncatingIfNeeded: counts[lane]) }
        return codes
    }
}

// MARK: - The rotation of 32 values

extension TurboQuant {
    /// H(s ∘ x) of 32 values in place.
    @inline(__always)
    package static func rotate(_ values: UnsafeMutablePointer<Float>) {
        rotated(Group(values)).store(to: values)
    }

    /// s ∘ H(y) of 32 values in place: the inverse of `rotate`.
    @inline(__always)
    package static func rotateBack(_ values: UnsafeMutablePointer<Float>) {
        let group = transformed(Group(values))
        Group(group.low * signs.low, group.high * signs.high).store(to: values)
    }

    /// 32 values rotated and divided by their scale, the root of their mean square. If that is zero, all are NaN, which
    /// is coded as zeros.
    @inline(__always)
    static func scaled(_ values: UnsafePointer<Float>) -> (values: Group, scale: Float) {
        let group = rotated(Group(values))
        // Summed in order: the order is part of the format's bytes.
        var squares: Float = 0
        for lane in 0..<16 { squares += group.low[lane] * group.low[lane] }
        for lane in 0..<16 { squares += group.high[lane] * group.high[lane] }
        let scale = (squares / Float(width)).squareRoot()
        return (Group(group.low / scale, group.high / scale), scale)
    }

    @inline(__always)
    static func rotated(_ group: Group) -> Group {
        transformed(Group(group.low * signs.low, group.high * signs.high))
    }

    /// The signs s.
    private static var signs: Group {
        @inline(__always) get {
            Group(
                SIMD16(1, -1, 1, 1, -1, 1, -1, -1, 1, 1, -1, 1, -1, -1, 1, -1),
                SIMD16(-1, 1, 1, -1, 1, -1, -1, 1, 1, -1, 1, -1, -1, 1, -1, 1))
        }
    }

    /// H by butterflies a + b, a - b in single precision, with the factor applied last so that exact zeros stay exact.
    @inline(__always)
    private static func transformed(_ group: Group) -> Group {
        let (low, high) = (transformed(group.low), transformed(group.high))
        let factor: Float = 1 / Float(width).squareRoot()
        return Group((low + high) * factor, (low - high) * factor)
    }

    /// The butterflies within 16 values, over lengths 1, 2, 4 and 8. Each adds its partner to every value, or subtracts
    /// the value from its partner. Two vectors at a time would need no signs, but more shuffles.
    @inline(__always)
    static func transformed(_ values: SIMD16<Float>) -> SIMD16<Float> {
        let upper1 = SIMD16<Float>(1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1)
        let upper2 = SIMD16<Float>(1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1)
        var sums = values * upper1
        for lane in 0..<16 { sums[lane] += values[lane ^ 1] }
        let pairs = sums
        sums = pairs * upper2
        for lane in 0..<16 { sums[lane] += pairs[lane ^ 2] }
        let (a, b) = (sums.lowHalf.lowHalf, sums.lowHalf.highHalf)
        let (c, d) = (sums.highHalf.lowHalf, sums.highHalf.highHalf)
        let (e, f, g, h) = (a + b, a - b, c + d, c - d)
        return SIMD16(
            lowHalf: SIMD8(lowHalf: e + g, highHalf: f + h), highHalf: SIMD8(lowHalf: e - g, highHalf: f - h))
    }
}

// MARK: - Codebooks in bytes

/// For integer products: the entries as multiples of a unit. The unit minimises the error, weighted by how often a
/// Gaussian value falls on the entry. The error is 0.3 % of the values' deviation for 4 bits and 0.1 % for 3, where
/// coding itself costs 10 % and 19 %.
extension TurboQuant {
    static let byteUnit3: Float = 0.024_434_942

    static var byteCodebook3: SIMD16<Int8> {
        @inline(__always) get {
            let entries = SIMD8<Int8>(-88, -55, -31, -10, 10, 31, 55, 88)
            return SIMD16(lowHalf: entries, highHalf: entries)
        }
    }

    static let byteUnit4: Float = 0.026_128_763

    static var byteCodebook4: SIMD16<Int8> {
        @inline(__always) get {
            SIMD16(-105, -79, -62, -48, -36, -25, -15, -5, 5, 15, 25, 36, 48, 62, 79, 105)
        }
    }
}
