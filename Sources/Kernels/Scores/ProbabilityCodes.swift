internal import TensorBase

// Log probabilities in 16 bits each.

/// `(logit - least) * inverseStep`, rounded and limited to 0...65535, for each logit.
func encodeProbabilities(
    _ logits: UnsafeBufferPointer<Float>, least: Float, inverseStep: Float, into codes: UnsafeMutableRawPointer
) {
    guard let base = logits.baseAddress else { return }
    let count = logits.count
    var index = 0
    while index < count {
        let vector = rounded((loadVector(base, index, count: count) - least) * inverseStep)
        if index &+ 16 <= count {
            codes.storeBytes(of: vector, toByteOffset: index &* 2, as: SIMD16<UInt16>.self)
        } else {
            for lane in 0..<count &- index {
                codes.storeBytes(of: vector[lane], toByteOffset: (index &+ lane) &* 2, as: UInt16.self)
            }
        }
        index &+= 16
    }
}

/// The nearest integers within the range of codes.
@inline(__always)
private func rounded(_ values: SIMD16<Float>) -> SIMD16<UInt16> {
    var clamped = values
    clamped.replace(with: SIMD16(repeating: 0), where: values .< 0)
    clamped.replace(with: SIMD16(repeating: 65535), where: values .> 65535)
    // Adding 2^23 rounds to an integer, which is then in the low bits.
    let bits = unsafeBitCast(clamped + 8_388_608, to: SIMD16<UInt32>.self)
    var codes = SIMD16<UInt16>()
    for lane in 0..<16 { codes[lane] = UInt16(truncatingIfNeeded: bits[lane]) }
    return codes
}

extension CodedProbabilities {
    /// Σ p log(p / q) - p + q, p the saved probabilities and q those of `other`.
    func divergence(from other: LogitsOfProbabilities) -> ProbabilityDivergence {
        var total = 0.0
        var best = SIMD16<UInt16>.zero
        var index = 0
        while index < count {
            var sums = SIMD16<Float>.zero
            let end = min(index &+ 1024, count)
            while index < end {
                let codes = load(index)
                best.replace(with: codes, where: codes .> best)
                var logP = SIMD16<Float>()
                for lane in 0..<16 { logP[lane] = Float(codes[lane]) }
                logP = multiplyAdd(SIMD16(repeating: least), logP, SIMD16(repeating: step))
                if index &+ 16 > count {
                    for lane in count &- index..<16 { logP[lane] = ignoredBelow }
                }
                let logQ = loadVector(other.logits, index, count: count) - other.largest - other.logSum
                let terms = exponential(logP) * excess(logP - logQ)
                sums += terms.replacing(with: 0, where: logP .<= ignoredBelow)
                index &+= 16
            }
            total += Double(laneSum(of: sums))
        }
        var largest: UInt16 = 0
        for lane in 0..<16 { largest = max(largest, best[lane]) }
        return ProbabilityDivergence(sum: total, largestCode: largest)
    }

    /// d - 1 + exp(-d), never negative.
    @inline(__always)
    private func excess(_ d: SIMD16<Float>) -> SIMD16<Float> {
        // The series where the formula would cancel; its seventh term is below 1e-7 of the first there.
        var series = SIMD16<Float>(repeating: -1 / 5040)
        series = multiplyAdd(SIMD16(repeating: 1 / 720), series, d)
        series = multiplyAdd(SIMD16(repeating: -1 / 120), series, d)
        series = multiplyAdd(SIMD16(repeating: 1 / 24), series, d)
        series = multiplyAdd(SIMD16(repeating: -1 / 6), series, d)
        series = multiplyAdd(SIMD16(repeating: 1 / 2), series, d)
        let far = exponential(-d) - 1 + d
        return far.replacing(with: series * d * d, where: d * d .< 0.0625)
    }

    /// The codes at `index`, padded with zeros.
    @inline(__always)
    private func load(_ index: Int) -> SIMD16<UInt16> {
        if index &+ 16 <= count { return codes.loadUnaligned(fromByteOffset: index &* 2, as: SIMD16<UInt16>.self) }
        var vector = SIMD16<UInt16>.zero
        for lane in 0..<count &- index {
            vector[lane] = codes.loadUnaligned(fromByteOffset: (index &+ lane) &* 2, as: UInt16.self)
        }
        return vector
    }
}
