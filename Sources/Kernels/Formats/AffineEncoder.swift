/// The encoder of Q4_K and Q5_K: finds for each of eight groups of 32 values the scale and the minimum with the least
/// weighted square error, as ggml's reference does (`make_qkx2_quants`).
///
/// A lane is a group, so eight groups are searched at once. Each sum still runs over a group's values in order, which
/// the reference's bytes require.
enum AffineEncoder {
    typealias Lanes = SIMD8<Float>

    /// Writes d, dmin, scales and minima to the first 16 bytes of a block and gives the codes to `store`.
    /// - Parameter steps: how many inverse scales are tried: (largestCode + firstStep + 0.1 step) / range.
    /// - Parameter store: takes an index and the codes that the eight groups have there.
    @inline(__always)
    static func encode(
        _ values: UnsafePointer<Float>, largestCode: Float, steps: Int, firstStep: Float,
        header: UnsafeMutableRawPointer, _ store: (Int, SIMD8<UInt8>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Lanes.self, capacity: 64) { memory in
            guard let lanes = memory.baseAddress else { return }
            let groups = Groups(values, lanes: lanes, largestCode: largestCode)
            let found = groups.search(steps: steps, firstStep: firstStep)

            // Scales and minima are codes of 6 bits themselves.
            let (scales, scale) = sixBits(found.scale)
            let (minima, minimumScale) = sixBits(Lanes.zero - found.minimum)
            SixBitPairs.store(scales: scales, minima: minima, into: header + 4)
            let step = floats(scales) * header.storeHalf(scale, at: 0)
            let minimum = floats(minima) * header.storeHalf(minimumScale, at: 2)

            for index in 0..<32 {
                // A group whose scale became zero keeps the codes of the search, as in the reference.
                let rounded = groups.codes((groups.values[index] + minimum) / step)
                let searched = groups.codes(found.inverse * (groups.values[index] - found.origin))
                let codes = rounded.replacing(with: searched, where: step .== 0)
                store(index, bytes(codes.replacing(with: 0, where: found.isFlat .& (step .== 0))))
            }
        }
    }

    /// What the search finds for each group.
    struct Found {
        var scale: Lanes
        /// The value of code zero, at most zero.
        var minimum: Lanes
        /// The codes are round(inverse * (value - origin)).
        var inverse: Lanes
        var origin: Lanes
        /// Whether all values of a group are the same, so that no scale is needed.
        let isFlat: SIMDMask<SIMD8<Int32>>
    }

    struct Groups {
        let values: UnsafeMutablePointer<Lanes>  // [32]
        let weights: UnsafeMutablePointer<Lanes>  // [32]
        let largestCode: Float

        /// - Parameter lanes: memory for the values and the weights. A NaN counts as zero.
        @inline(__always)
        init(_ source: UnsafePointer<Float>, lanes: UnsafeMutablePointer<Lanes>, largestCode: Float) {
            (values, weights, self.largestCode) = (lanes, lanes + 32, largestCode)
            var squares = Lanes.zero
            for index in 0..<32 {
                var value = Lanes.zero
                for group in 0..<8 { value[group] = source[group &* 32 &+ index] }
                value.replace(with: 0, where: value .!= value)
                values[index] = value
                squares += value * value
            }
            let mean = (squares / 32).squareRoot()
            for index in 0..<32 { weights[index] = mean + magnitude(values[index]) }
        }

        /// The nearest codes, as floats.
        @inline(__always)
        func codes(_ scaled: Lanes) -> Lanes {
            var clamped = scaled
            clamped.replace(with: 0, where: scaled .< 0)
            clamped.replace(with: Lanes(repeating: largestCode), where: scaled .> largestCode)
            return roundedToEven(clamped)
        }

        @inline(__always)
        func search(steps: Int, firstStep: Float) -> Found {
            var (least, largest) = (values[0], values[0])
            var weightSum = Lanes.zero
            var valueSum = Lanes.zero
            for index in 0..<32 {
                let value = values[index]
                least.replace(with: value, where: value .< least)
                largest.replace(with: value, where: value .> largest)
                weightSum += weights[index]
                valueSum += weights[index] * value
            }
            least.replace(with: 0, where: least .> 0)

            let inverse = largestCode / (largest - least)
            var best = Found(
                scale: 1 / inverse, minimum: least, inverse: inverse, origin: least, isFlat: largest .== least)
            var leastError = error(best, scale: best.scale, minimum: best.minimum)
            for step in 0..<steps {
                var trial = best
                // The range shrinks with the minimum that has been found, as in the reference.
                trial.inverse = Lanes(repeating: firstStep + 0.1 * Float(step) + largestCode) / (largest - best.minimum)
                trial.origin = best.minimum
                let isBetter = fit(&trial, weightSum: weightSum, valueSum: valueSum)
                let error = error(trial, scale: trial.scale, minimum: trial.minimum)
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
        private func fit(_ trial: inout Found, weightSum: Lanes, valueSum: Lanes) -> SIMDMask<SIMD8<Int32>> {
            var codeSum = Lanes.zero
            var squareSum = Lanes.zero
            var productSum = Lanes.zero
            for index in 0..<32 {
                let code = codes(trial.inverse * (values[index] - trial.origin))
                let weighted = weights[index] * code
                codeSum += weighted
                squareSum += weighted * code
                productSum += weighted * values[index]
            }
            let determinant = weightSum * squareSum - codeSum * codeSum
            trial.scale = (weightSum * productSum - valueSum * codeSum) / determinant
            trial.minimum = (squareSum * valueSum - codeSum * productSum) / determinant
            let isAboveZero = trial.minimum .> 0
            trial.scale.replace(with: productSum / squareSum, where: isAboveZero)
            trial.minimum.replace(with: 0, where: isAboveZero)
            return determinant .> 0
        }

        /// The weighted square error that the codes of `trial` have with a scale and a minimum.
        @inline(__always)
        private func error(_ trial: Found, scale: Lanes, minimum: Lanes) -> Lanes {
            var sum = Lanes.zero
            for index in 0..<32 {
                let code = codes(trial.inverse * (values[index] - trial.origin))
                let difference = scale * code + minimum - values[index]
                sum += weights[index] * (difference * difference)
            }
            return sum
        }
    }

    /// `values`, none of them negative, as codes of 6 bits, and the scale of the codes.
    @inline(__always)
    private static func sixBits(_ values: Lanes) -> (codes: SIMD8<UInt8>, scale: Float) {
        var largest: Float = 0
        for group in 0..<8 where values[group] > largest { largest = values[group] }
        let inverse = largest > 0 ? 63 / largest : 0
        var codes = values * inverse
        for group in 0..<8 { codes[group] = min(max(codes[group], 0), 63) }
        return (bytes(roundedToEven(codes)) & 63, largest / 63)
    }

    @inline(__always)
    private static func floats(_ codes: SIMD8<UInt8>) -> Lanes {
        var floats = Lanes.zero
        for lane in 0..<8 { floats[lane] = Float(codes[lane]) }
        return floats
    }

    /// Whole floats from 0 to 255 as bytes. For NaN the result is arbitrary, but it does not trap.
    @inline(__always)
    private static func bytes(_ codes: Lanes) -> SIMD8<UInt8> {
        var bytes = SIMD8<UInt8>.zero
        for lane in 0..<8 { bytes[lane] = UInt8(truncatingIfNeeded: (codes[lane] + 0x1.8p23).bitPattern) }
        return bytes
    }
}

@inline(__always)
private func magnitude(_ values: SIMD8<Float>) -> SIMD8<Float> {
    unsafeBitCast(unsafeBitCast(values, to: SIMD8<UInt32>.self) & 0x7fff_ffff, to: SIMD8<Float>.self)
}

/// The nearest whole numbers of floats below 2^22, ties to even: a sum with 1.5 * 2^23 has no room for a fraction.
@inline(__always)
func roundedToEven(_ values: SIMD8<Float>) -> SIMD8<Float> { (values + 0x1.8p23) - 0x1.8p23 }

@inline(__always)
func roundedToEven(_ values: SIMD16<Float>) -> SIMD16<Float> { (values + 0x1.8p23) - 0x1.8p23 }
