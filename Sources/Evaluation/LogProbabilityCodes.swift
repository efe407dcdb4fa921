package import Tensor

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
    /// Tokens this far below the best have the same code, and are not compared.
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
    package static func encode(
        _ row: LogSoftmax, into output: UnsafeMutableRawPointer, kernels: any KernelSet.Type = Kernels.current
    ) {
        let floor = max(row.smallest, row.largest - range)
        let step = (row.largest - floor) / largestCode
        output.storeBytes(of: step, as: Float.self)
        output.storeBytes(of: floor - row.largest - Float(row.logSum), toByteOffset: 4, as: Float.self)
        let (codes, count) = (output + headerBytes, row.logits.count)
        kernels.encode(row.logits, least: floor, inverseStep: step > 0 ? 1 / step : 0, into: codes)
        if !count.isMultiple(of: 2) { codes.storeBytes(of: 0, toByteOffset: count * 2, as: UInt16.self) }
    }
}

// MARK: - Comparison

extension LogProbabilityCodes {
    /// The Kullback-Leibler divergence of `other` from this row, and whether the best token of `other` is one of the
    /// best here.
    ///
    /// Rounding leaves probabilities that do not quite add up to one, by up to 1e-4. The plain sum of p log(p / q)
    /// shows that difference as a divergence, of either sign. So each token counts p log(p / q) - p + q, which adds up
    /// to the same if both sums are one, is never negative, and suffers from rounding in the second order only.
    package func divergence(
        of other: LogSoftmax, kernels: any KernelSet.Type = Kernels.current
    ) -> (divergence: Double, isSameTop: Bool) {
        let divergence = kernels.diverge(
            CodedProbabilities(codes: codes, count: count, step: step, least: least, ignoredBelow: -Self.range),
            from: LogitsOfProbabilities(
                logits: other.logits.baseAddress!, largest: other.largest, logSum: Float(other.logSum)))
        return (divergence.sum, code(other.top) == divergence.largestCode)
    }
}
