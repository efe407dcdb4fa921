/// The encoder of Q6_K: finds for each of sixteen groups of 16 values the scale with the least square error, weighted
/// by the values' squares, as ggml's reference does (`make_qx_quants`).
///
/// A lane is a group, so all groups are searched at once. Each sum still runs over a group's values in order, which the
/// reference's bytes require.
enum SymmetricEncoder {
    typealias Lanes = SIMD16<Float>

    /// Values nearer to zero than this are coded as zeros.
    private static let smallest: Float = 1e-15

    /// Writes the scale of the scales, sixteen scales, and gives the codes, from 0 to 63, to `store`.
    /// - Parameter store: takes an index and the codes that the sixteen groups have there.
    @inline(__always)
    static func encode(
        _ source: UnsafePointer<Float>, scales: UnsafeMutableRawPointer, scale: UnsafeMutableRawPointer,
        _ store: (Int, SIMD16<UInt8>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 16) { memory in
            guard let values = memory.baseAddress else { return }
            for index in 0..<16 {
                var value = Lanes.zero
                for group in 0..<16 { value[group] = source[group &* 16 &+ index] }
                value.replace(with: 0, where: value .!= value)
                values[index] = value
            }
            let found = search(values)

            var extreme: Float = 0
            for group in 0..<16 where abs(found.scale[group]) > abs(extreme) { extreme = found.scale[group] }
            guard abs(extreme) >= smallest else {
                scale.storeHalf(0, at: 0)
                scales.storeBytes(of: .zero, as: SIMD16<Int8>.self)
                for index in 0..<16 { store(index, .zero) }
                return
            }
            // The scale of largest magnitude is -128, so that it is kept exactly.
            let inverse = -128 / extreme
            var codes = found.scale * inverse
            for lane in 0..<16 { codes[lane] = min(max(codes[lane], -128), 127) }
            codes = roundedToEven(codes)
            scales.storeBytes(of: bytes(codes), as: SIMD16<UInt8>.self)

            let step = codes * scale.storeHalf(1 / inverse, at: 0)
            for index in 0..<16 {
                // A group whose scale became zero keeps the codes of the search, as in the reference.
                let rounded = whole(values[index] / step)
                let searched = whole(values[index] * found.inverse)
                var codes = rounded.replacing(with: searched, where: step .== 0) + 32
                codes.replace(with: 0, where: found.isZero)
                store(index, bytes(codes) & 63)
            }
        }
    }

    /// What the search finds for each group.
    private struct Found {
        var scale: Lanes
        /// The codes are round(inverse * value).
        var inverse: Lanes
        let isZero: SIMDMask<SIMD16<Int32>>
    }

    @inline(__always)
    private static func search(_ values: UnsafeMutablePointer<Lanes>) -> Found {
        var extreme = Lanes.zero
        for index in 0..<16 {
            extreme.replace(with: values[index], where: magnitude(values[index]) .> magnitude(extreme))
        }
        let isZero = magnitude(extreme) .< smallest

        var best = Found(scale: .zero, inverse: -32 / extreme, isZero: isZero)
        var (products, squares) = sums(values, inverse: best.inverse)
        best.scale = (products / squares).replacing(with: 0, where: squares .== 0)
        // How much the error decreases.
        var largestGain = best.scale * products
        for step in -9...9 where step != 0 {
            let inverse = -Lanes(repeating: 32 + 0.1 * Float(step)) / extreme
            (products, squares) = sums(values, inverse: inverse)
            let chosen = (squares .> 0) .& (products * products .> largestGain * squares)
            let scale = products / squares
            best.scale.replace(with: scale, where: chosen)
            best.inverse.replace(with: inverse, where: chosen)
            largestGain.replace(with: scale * products, where: chosen)
        }
        best.scale.replace(with: 0, where: isZero)
        return best
    }

    /// Of each group the sums of value * code and of code * code, weighted by the values' squares.
    @inline(__always)
    private static func sums(_ values: UnsafeMutablePointer<Lanes>, inverse: Lanes) -> (products: Lanes, squares: Lanes)
    {
        var products = Lanes.zero
        var squares = Lanes.zero
        for index in 0..<16 {
            let value = values[index]
            let code = whole(inverse * value)
            let weight = value * value
            products += weight * value * code
            squares += weight * code * code
        }
        return (products, squares)
    }

    /// The nearest codes from -32 to 31.
    @inline(__always)
    private static func whole(_ scaled: Lanes) -> Lanes {
        var clamped = scaled
        clamped.replace(with: -32, where: scaled .< -32)
        clamped.replace(with: 31, where: scaled .> 31)
        return roundedToEven(clamped)
    }

    /// Whole floats as bytes. For NaN the result is arbitrary, but it does not trap.
    @inline(__always)
    private static func bytes(_ codes: Lanes) -> SIMD16<UInt8> {
        var bytes = SIMD16<UInt8>.zero
        for lane in 0..<16 { bytes[lane] = UInt8(truncatingIfNeeded: (codes[lane] + 0x1.8p23).bitPattern) }
        return bytes
    }

    @inline(__always)
    private static func magnitude(_ values: Lanes) -> Lanes {
        unsafeBitCast(unsafeBitCast(values, to: SIMD16<UInt32>.self) & 0x7fff_ffff, to: Lanes.self)
    }
}
