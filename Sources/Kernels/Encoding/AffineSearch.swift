/// Finds for each of sixteen groups the scale and the minimum with the least weighted error, as ggml's reference does
/// (`make_qkx2_quants`, `make_qkx3_quants`): value = scale * code + minimum.
struct AffineSearch {
    typealias Lanes = SIMD16<Float>

    let groups: SixteenGroups
    let largestCode: Float
    /// The inverse scales that are tried: (largestCode + firstStep + stepSize * step) / range.
    let steps: Steps
    /// Whether errors are summed by magnitude and not by square.
    let sumsMagnitudes: Bool

    struct Steps {
        let count: Int
        let first: Float
        let size: Float

        /// With an importance matrix every format tries the same ones.
        @inline(__always) static var weighted: Steps { Steps(count: 37, first: -0.9, size: 0.05) }
    }

    @inline(__always)
    init(_ groups: SixteenGroups, largestCode: Float, steps: Steps, sumsMagnitudes: Bool = false) {
        (self.groups, self.largestCode, self.steps) = (groups, largestCode, steps)
        self.sumsMagnitudes = sumsMagnitudes
    }

    /// What the search finds for each group.
    struct Found {
        var scale: Lanes
        /// The value of code zero, at most zero.
        var minimum: Lanes
        /// The codes are round(inverse * (value - origin)).
        var inverse: Lanes
        var origin: Lanes
        /// Whether all values of a group are the same, so that no scale is needed and all codes are zero.
        let isFlat: SIMDMask<SIMD16<Int32>>
    }

    /// The nearest codes, as floats.
    @inline(__always)
    func codes(_ scaled: Lanes) -> Lanes { roundedToEven(scaled, from: 0, to: largestCode) }

    /// The codes that the search found.
    @inline(__always)
    func codes(_ found: Found, at index: Int) -> Lanes {
        codes(found.inverse * (groups.values[index] - found.origin)).replacing(with: 0, where: found.isFlat)
    }

    @inline(__always)
    func run() -> Found {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 32) { codes in
            run(codes.baseAddress.unsafelyUnwrapped)
        }
    }

    /// - Parameter codes: memory for the codes of a trial; [size].
    @inline(__always)
    private func run(_ codes: UnsafeMutablePointer<Lanes>) -> Found {
        var (least, largest) = (groups.values[0], groups.values[0])
        var (weightSum, valueSum) = (Lanes.zero, Lanes.zero)
        for index in 0..<groups.size {
            let value = groups.values[index]
            least.replace(with: value, where: value .< least)
            largest.replace(with: value, where: value .> largest)
            weightSum += groups.weights[index]
            valueSum += groups.weights[index] * value
        }
        least.replace(with: 0, where: least .> 0)

        let inverse = largestCode / (largest - least)
        var best = Found(
            scale: 1 / inverse, minimum: least, inverse: inverse, origin: least, isFlat: largest .<= least)
        for index in 0..<groups.size {
            codes[index] = self.codes(inverse * (groups.values[index] - least))
        }
        var leastError = error(codes, scale: best.scale, minimum: least)
        for step in 0..<steps.count {
            var trial = best
            // The range shrinks with the minimum that has been found, as in the reference.
            let range = largest - best.minimum
            trial.inverse = Lanes(repeating: steps.first + steps.size * Float(step) + largestCode) / range
            trial.origin = best.minimum
            let isBetter = fit(&trial, codes, weightSum: weightSum, valueSum: valueSum)
            let error = error(codes, scale: trial.scale, minimum: trial.minimum)
            let chosen = isBetter .& (error .< leastError)
            leastError.replace(with: error, where: chosen)
            best.scale.replace(with: trial.scale, where: chosen)
            best.minimum.replace(with: trial.minimum, where: chosen)
            best.inverse.replace(with: trial.inverse, where: chosen)
            best.origin.replace(with: trial.origin, where: chosen)
        }
        best.scale.replace(with: 0, where: best.isFlat)
        best.minimum.replace(with: least, where: best.isFlat)
        return best
    }

    /// The scale and the minimum that are best for the codes of `trial`, by least squares.
    /// - Returns: for which groups there are any.
    @inline(__always)
    private func fit(
        _ trial: inout Found, _ codes: UnsafeMutablePointer<Lanes>, weightSum: Lanes, valueSum: Lanes
    ) -> SIMDMask<SIMD16<Int32>> {
        var (codeSum, squareSum, productSum) = (Lanes.zero, Lanes.zero, Lanes.zero)
        for index in 0..<groups.size {
            let code = self.codes(trial.inverse * (groups.values[index] - trial.origin))
            codes[index] = code
            let weighted = groups.weights[index] * code
            codeSum += weighted
            squareSum += weighted * code
            productSum += weighted * groups.values[index]
        }
        let determinant = weightSum * squareSum - codeSum * codeSum
        trial.scale = (weightSum * productSum - valueSum * codeSum) / determinant
        trial.minimum = (squareSum * valueSum - codeSum * productSum) / determinant
        let isAboveZero = trial.minimum .> 0
        trial.scale.replace(with: productSum / squareSum, where: isAboveZero)
        trial.minimum.replace(with: 0, where: isAboveZero)
        return determinant .> 0
    }

    /// The weighted error that codes have with a scale and a minimum.
    @inline(__always)
    private func error(_ codes: UnsafeMutablePointer<Lanes>, scale: Lanes, minimum: Lanes) -> Lanes {
        var sum = Lanes.zero
        for index in 0..<groups.size {
            let difference = scale * codes[index] + minimum - groups.values[index]
            sum += groups.weights[index] * (sumsMagnitudes ? magnitude(difference) : difference * difference)
        }
        return sum
    }
}
