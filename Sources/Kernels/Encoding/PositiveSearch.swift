/// Finds for lists of numbers, one per lane, the scales with the least weighted square error: number = scale * code,
/// as ggml's reference does (`make_qp_quants`). The numbers are scales, minima or magnitudes, hardly ever negative.
struct PositiveSearch {
    typealias Lanes = SIMD16<Float>

    let count: Int
    let numbers: UnsafeMutablePointer<Lanes>  // [count]
    let weights: UnsafeMutablePointer<Lanes>  // [count]
    let largestCode: Float

    /// - Parameter codes: receives the codes; [count].
    /// - Returns: the scales; 0, with codes of 0, where no number is above zero.
    @inline(__always)
    func run(codes: UnsafeMutablePointer<Lanes>) -> Lanes {
        var largest = Lanes.zero
        for index in 0..<count { largest.replace(with: numbers[index], where: numbers[index] .> largest) }
        let isZero = largest .< 1e-15
        let inverse = bestInverse(largest: largest)

        var (products, squares) = (Lanes.zero, Lanes.zero)
        for index in 0..<count {
            let code = limited(inverse * numbers[index])
            products += weights[index] * numbers[index] * code
            squares += weights[index] * code * code
            codes[index] = byte(code)
        }
        improve(codes, &products, &squares)
        for index in 0..<count { codes[index].replace(with: 0, where: isZero) }
        return (products / squares).replacing(with: 0, where: isZero .| .!(squares .> 0))
    }

    /// The inverse scale with the least error among those that map the largest number to about the largest code.
    @inline(__always)
    private func bestInverse(largest: Lanes) -> Lanes {
        var best = largestCode / largest
        var leastError = error(scale: 1 / best) { byte(roundedToEven(best * numbers[$0])) }
        for step in -4...4 where step != 0 {
            let inverse = (0.1 * Float(step) + largestCode) / largest
            let error = error(scale: 1 / inverse) { limited(inverse * numbers[$0]) }
            let chosen = error .< leastError
            leastError.replace(with: error, where: chosen)
            best.replace(with: inverse, where: chosen)
        }
        return best
    }

    @inline(__always)
    private func error(scale: Lanes, _ code: (Int) -> Lanes) -> Lanes {
        var sum = Lanes.zero
        for index in 0..<count {
            let difference = numbers[index] - scale * code(index)
            sum += weights[index] * difference * difference
        }
        return sum
    }

    /// Changes one code after the other to the best one for what the others are, until nothing changes.
    @inline(__always)
    private func improve(_ codes: UnsafeMutablePointer<Lanes>, _ products: inout Lanes, _ squares: inout Lanes) {
        var isLive = SIMDMask<SIMD16<Int32>>(repeating: true)
        for _ in 0..<5 {
            var hasChanged = SIMDMask<SIMD16<Int32>>(repeating: false)
            for index in 0..<count {
                let (number, weight, code) = (numbers[index], weights[index], codes[index])
                var otherProducts = products - weight * number * code
                var otherSquares = squares - weight * code * code
                let better = limited(number * otherSquares / otherProducts)
                var chosen = isLive .& (otherProducts .> 0) .& (otherSquares .> 0) .& (better .!= code)
                otherProducts += weight * number * better
                otherSquares += weight * better * better
                chosen = chosen
                    .& (otherProducts * otherProducts * squares .> products * products * otherSquares)
                codes[index].replace(with: byte(better), where: chosen)
                products.replace(with: otherProducts, where: chosen)
                squares.replace(with: otherSquares, where: chosen)
                hasChanged = hasChanged .| chosen
            }
            isLive = isLive .& hasChanged
        }
    }

    /// The nearest codes that are not too large.
    @inline(__always)
    private func limited(_ scaled: Lanes) -> Lanes {
        var limited = scaled
        limited.replace(with: Lanes(repeating: largestCode), where: scaled .> largestCode)
        return roundedToEven(limited)
    }

    /// The reference keeps codes in bytes, in which a negative one is 256 larger.
    @inline(__always)
    private func byte(_ codes: Lanes) -> Lanes { codes.replacing(with: codes + 256, where: codes .< 0) }
}
