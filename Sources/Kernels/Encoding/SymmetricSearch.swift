/// Finds scales with the least weighted square error for codes from -largest to largest - 1, as ggml's reference does
/// (`make_qx_quants`): value = scale * code.
struct SymmetricSearch {
    typealias Lanes = SIMD16<Float>

    /// The largest magnitude of a code, that of the lowest one.
    let largest: Float

    /// Values nearer to zero than this are coded as zeros.
    static var smallest: Float { 1e-15 }

    /// What the search finds for each group.
    struct Found {
        var scale: Lanes
        /// The codes are round(inverse * value).
        var inverse: Lanes
        /// Where all codes are the lowest, and the scale is zero.
        let isZero: SIMDMask<SIMD16<Int32>>
    }

    @inline(__always)
    init(largest: Float) { self.largest = largest }

    /// The nearest codes, from -largest on.
    @inline(__always)
    func codes(_ scaled: Lanes) -> Lanes { roundedToEven(scaled, from: -largest, to: largest - 1) }

    /// Sixteen groups at once.
    @inline(__always)
    func run(_ groups: SixteenGroups) -> Found {
        let extreme = groups.extreme
        let isZero = magnitude(extreme) .< Self.smallest

        var best = Found(scale: .zero, inverse: -largest / extreme, isZero: isZero)
        var (products, squares) = sums(groups, inverse: best.inverse)
        best.scale = (products / squares).replacing(with: 0, where: squares .== 0)
        // How much the error decreases.
        var largestGain = best.scale * products
        for step in -9...9 where step != 0 {
            let inverse = -Lanes(repeating: largest + 0.1 * Float(step)) / extreme
            (products, squares) = sums(groups, inverse: inverse)
            let chosen = (squares .> 0) .& (products * products .> largestGain * squares)
            let scale = products / squares
            best.scale.replace(with: scale, where: chosen)
            best.inverse.replace(with: inverse, where: chosen)
            largestGain.replace(with: scale * products, where: chosen)
        }
        best.scale.replace(with: 0, where: isZero)
        return best
    }

    /// Of each group the weighted sums of value * code and of code * code.
    @inline(__always)
    private func sums(_ groups: SixteenGroups, inverse: Lanes) -> (products: Lanes, squares: Lanes) {
        var (products, squares) = (Lanes.zero, Lanes.zero)
        for index in 0..<groups.size {
            let (value, weight) = (groups.values[index], groups.weights[index])
            let code = codes(inverse * value)
            products += weight * value * code
            squares += weight * code * code
        }
        return (products, squares)
    }

    /// The same for one group of sixteen values: lanes are the scales that are tried.
    /// - Returns: the scale, and the codes from -largest on.
    @inline(__always)
    func run(_ values: SIMD16<Float>, weights: SIMD16<Float>) -> (scale: Float, codes: SIMD16<Float>) {
        let extreme = extreme(values)
        guard abs(extreme) >= Self.smallest else { return (0, SIMD16(repeating: -largest)) }
        // The reference tries zero first, then -9 to 9: the ten lowest here, the others in a second vector.
        let first = -(largest + 0.1 * Lanes(0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6)) / extreme
        let second = -(largest + 0.1 * Lanes(7, 8, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) / extreme
        var (products, squares) = (Lanes.zero, Lanes.zero)
        var (moreProducts, moreSquares) = (Lanes.zero, Lanes.zero)
        for index in 0..<16 {
            let (value, weight) = (values[index], weights[index])
            let (code, more) = (codes(first * value), codes(second * value))
            products += weight * value * code
            squares += weight * code * code
            moreProducts += weight * value * more
            moreSquares += weight * more * more
        }
        var scale = squares[0] != 0 ? products[0] / squares[0] : 0
        var gain = scale * products[0]
        var inverse = first[0]
        @inline(__always)
        func compare(_ product: Float, _ square: Float, _ trial: Float) {
            guard square > 0, product * product > gain * square else { return }
            scale = product / square
            gain = scale * product
            inverse = trial
        }
        for lane in 1..<16 { compare(products[lane], squares[lane], first[lane]) }
        for lane in 0..<3 { compare(moreProducts[lane], moreSquares[lane], second[lane]) }
        return (scale, codes(inverse * values))
    }
}
