/// The encoder of Q3_K's groups without an importance matrix: rounds a group by its value of largest magnitude, then
/// changes one code after the other to the best one for what the others are, as ggml's reference does
/// (`make_q3_quants`).
struct RefiningSearch {
    typealias Lanes = SIMD16<Float>

    let groups: SixteenGroups
    /// Codes are from -largest to largest - 1.
    let largest: Float

    /// - Parameter codes: receives the codes plus `largest`; [groups.size].
    /// - Returns: the groups' scales.
    @inline(__always)
    func run(codes: UnsafeMutablePointer<Lanes>) -> Lanes {
        let extreme = groups.extreme
        let isZero = magnitude(extreme) .< SymmetricSearch.smallest
        let inverse = -largest / extreme
        var (products, squares) = (Lanes.zero, Lanes.zero)
        for index in 0..<groups.size {
            let (value, weight) = (groups.values[index], groups.weights[index])
            let code = limited(inverse * value)
            products += weight * value * code
            squares += weight * code * code
            codes[index] = code
        }
        var isLive = SIMDMask<SIMD16<Int32>>(repeating: true)
        for _ in 0..<5 {
            var hasChanged = SIMDMask<SIMD16<Int32>>(repeating: false)
            for index in 0..<groups.size {
                let (value, weight, code) = (groups.values[index], groups.weights[index], codes[index])
                var otherProducts = products - weight * value * code
                var otherSquares = squares - weight * code * code
                let better = limited(value * otherSquares / otherProducts)
                var chosen = isLive .& (otherProducts .> 0) .& (better .!= code)
                otherProducts += weight * value * better
                otherSquares += weight * better * better
                chosen = chosen .& (otherSquares .> 0)
                    .& (otherProducts * otherProducts * squares .> products * products * otherSquares)
                codes[index].replace(with: better, where: chosen)
                products.replace(with: otherProducts, where: chosen)
                squares.replace(with: otherSquares, where: chosen)
                hasChanged = hasChanged .| chosen
            }
            isLive = isLive .& hasChanged
        }
        for index in 0..<groups.size {
            codes[index] = (codes[index] + largest).replacing(with: 0, where: isZero)
        }
        return (products / squares).replacing(with: 0, where: isZero .| .!(squares .> 0))
    }

    @inline(__always)
    private func limited(_ scaled: Lanes) -> Lanes { roundedToEven(scaled, from: -largest, to: largest - 1) }
}
