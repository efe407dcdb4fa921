/// A row of log probabilities in 16 bits each, as llama-perplexity saves them: two floats, the width of a step and the
/// least log probability, then a code for each token, and another one where their number is odd.
///
/// A step is at most 16 / 65535. Tokens more than 16 below the best all have code 0.
package struct LogProbabilityCodes {
    private let step: Float
    private let least: Float
    private let codes: UnsafeRawPointer  // [vocab] of UInt16
    private let count: Int

    private static let headerBytes = 8
    private static let largestCode: Float = 65535
    /// What lies this much below the best is not told apart, and not compared.
    private static let range: Float = 16

    /// Bytes of a row for a vocabulary of `count` tokens.
    package static func byteCount(_ count: Int) -> Int { headerBytes + (count + 1) / 2 * 4 }

    /// A view of `row`, which holds `byteCount(count)` bytes and must outlive it.
    package init(_ row: UnsafeRawPointer, count: Int) {
        step = row.loadUnaligned(as: Float.self)
        least = row.loadUnaligned(fromByteOffset: 4, as: Float.self)
        codes = row + Self.headerBytes
        self.count = count
    }

    /// Whether the row can have been saved by anybody.
    package var isValid: Bool {
        step >= 0 && step <= Self.range / Self.largestCode * 1.001 && least.isFinite
            && least + step * Self.largestCode <= 1e-3
    }

    /// The log probability of `token`.
    package subscript(token: Int) -> Double { Double(step) * Double(code(token)) + Double(least) }

    private func code(_ token: Int) -> UInt16 { codes.loadUnaligned(fromByteOffset: token * 2, as: UInt16.self) }
}

// MARK: - Encoding

extension LogProbabilityCodes {
    /// Saves `row`, whose logits are finite, in `output`, which has room for `byteCount` bytes.
    package static func encode(_ row: LogSoftmax, into output: UnsafeMutableRawPointer) {
        let floor = max(row.smallest, row.largest - range)
        let step = (row.largest - floor) / largestCode
        output.storeBytes(of: step, as: Float.self)
        output.storeBytes(of: floor - row.largest - Float(row.logSum), toByteOffset: 4, as: Float.self)
        let codes = output + headerBytes
        let inverse = step > 0 ? 1 / step : 0
        let (count, base) = (row.logits.count, row.logits.baseAddress!)
        var index = 0
        while index < count {
            let vector = rounded((loadVector(base, index, count: count) - floor) * inverse)
            if index &+ 16 <= count {
                codes.storeBytes(of: vector, toByteOffset: index &* 2, as: SIMD16<UInt16>.self)
            } else {
                for lane in 0..<count - index {
                    codes.storeBytes(of: vector[lane], toByteOffset: (index + lane) * 2, as: UInt16.self)
                }
            }
            index &+= 16
        }
        if !count.isMultiple(of: 2) { codes.storeBytes(of: 0, toByteOffset: count * 2, as: UInt16.self) }
    }

    /// The nearest integers within the range of codes.
    @inline(__always)
    private static func rounded(_ values: SIMD16<Float>) -> SIMD16<UInt16> {
        let clamped = values.clamped(
            lowerBound: SIMD16(repeating: 0), upperBound: SIMD16(repeating: Self.largestCode))
        // Adding 2^23 rounds to an integer, which then stands in the low bits.
        let bits = unsafeBitCast(clamped + 8_388_608, to: SIMD16<UInt32>.self)
        var codes = SIMD16<UInt16>()
        for lane in 0..<16 { codes[lane] = UInt16(truncatingIfNeeded: bits[lane]) }
        return codes
    }
}

// MARK: - Comparison

extension LogProbabilityCodes {
    /// The Kullback-Leibler divergence of `other` from this row, and whether the best token of `other` is one of the best
    /// here.
    ///
    /// Rounding leaves probabilities that do not quite add up to one, by up to 1e-4; the plain sum of p log(p / q) shows
    /// that difference as a divergence, of either sign. So each token counts p log(p / q) - p + q, which adds up to the
    /// same where both sums are one, is never negative, and suffers from rounding in the second order only.
    package func divergence(of other: LogSoftmax) -> (divergence: Double, isSameTop: Bool) {
        let base = other.logits.baseAddress!
        let logSum = Float(other.logSum)
        var sum = 0.0
        var best = SIMD16<UInt16>.zero
        var index = 0
        while index < count {
            var sums = SIMD16<Float>.zero
            let end = min(index &+ 1024, count)
            while index < end {
                let codes = loadCodes(index)
                best.replace(with: codes, where: codes .> best)
                var logP = SIMD16<Float>()
                for lane in 0..<16 { logP[lane] = Float(codes[lane]) }
                logP = multiplyAdd(SIMD16(repeating: least), logP, SIMD16(repeating: step))
                if index &+ 16 > count {
                    for lane in count - index..<16 { logP[lane] = -Self.range }
                }
                let logQ = loadVector(base, index, count: count) - other.largest - logSum
                let terms = exponential(logP) * excess(logP - logQ)
                sums += terms.replacing(with: 0, where: logP .<= -Self.range)
                index &+= 16
            }
            sum += Double(sums.sum())
        }
        return (sum, code(other.top) == best.max())
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
    private func loadCodes(_ index: Int) -> SIMD16<UInt16> {
        if index &+ 16 <= count { return codes.loadUnaligned(fromByteOffset: index &* 2, as: SIMD16<UInt16>.self) }
        var vector = SIMD16<UInt16>.zero
        for lane in 0..<count - index { vector[lane] = code(index + lane) }
        return vector
    }
}
