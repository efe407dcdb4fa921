import Foundation
internal import Tensor

/// Turns logits into distributions and draws from them.
///
/// All its randomness comes from one seeded generator in the order of the calls, so that the same seed and calls give
/// the same tokens.
package struct Sampler: Sendable {
    package let options: SamplingOptions
    /// Tokens that are never drawn.
    package var banned: [Int32] = []
    private var generator: Xoshiro256
    private var top: TopK
    private var order: [Int32] = []

    package init(_ options: SamplingOptions) {
        self.options = options
        generator = Xoshiro256(seed: options.seed ?? .random(in: .min ... .max))
        top = TopK(capacity: Self.isPartial(options.topK) ? options.topK : 0)
    }

    package var isGreedy: Bool { options.temperature == 0 }

    /// Uniform in 0 ..< 1.
    package mutating func uniform() -> Double { generator.uniform() }

    package mutating func draw(from distribution: Distribution) -> Int32? { distribution.draw(uniform()) }

    /// The distribution of the next token after all filters and the temperature; empty where no logit is a number.
    /// - Parameters:
    ///   - logits: those of banned tokens are overwritten.
    ///   - candidates: the tokens that `logits` belong to; nil for all in order.
    package mutating func distribution(
        of logits: UnsafeMutableBufferPointer<Float>, candidates: UnsafeBufferPointer<Int32>? = nil,
        into result: inout Distribution
    ) {
        ban(in: logits, candidates)
        let logits = UnsafeBufferPointer(logits)
        result.removeAll()
        if isGreedy {
            let best = argmax(logits)
            guard !logits.isEmpty, !logits[best].isNaN else { return }
            result.tokens.append(candidates?[best] ?? Int32(best))
            result.probabilities.append(1)
            return
        }
        // Until the temperature applies, `probabilities` holds logits.
        selectLargest(logits, candidates, into: &result)
        if options.topP < 1 { keepTopP(&result) }
        if options.minP > 0 { keepMinP(&result) }
        let scale = min(1 / options.temperature, .greatestFiniteMagnitude)  // 0 times infinity would be NaN
        let largest = result.probabilities.first ?? 0
        var sum: Float = 0
        for index in result.probabilities.indices {
            let value = exp((result.probabilities[index] - largest) * scale)
            result.probabilities[index] = value
            sum += value
        }
        for index in result.probabilities.indices { result.probabilities[index] /= sum }
    }

    // MARK: - Filters

    private func ban(in logits: UnsafeMutableBufferPointer<Float>, _ candidates: UnsafeBufferPointer<Int32>?) {
        guard !banned.isEmpty else { return }
        if let candidates {
            for (index, token) in candidates.enumerated() where banned.contains(token) { logits[index] = -.infinity }
        } else {
            for token in banned where logits.indices.contains(Int(token)) { logits[Int(token)] = -.infinity }
        }
    }

    /// Insertion into a sorted list is the faster way up to about this many.
    private static func isPartial(_ topK: Int) -> Bool { (1...1024).contains(topK) }

    private mutating func selectLargest(
        _ logits: UnsafeBufferPointer<Float>, _ candidates: UnsafeBufferPointer<Int32>?,
        into result: inout Distribution
    ) {
        func append(_ index: Int32) {
            result.tokens.append(candidates?[Int(index)] ?? index)
            result.probabilities.append(logits[Int(index)])
        }
        if Self.isPartial(options.topK) {
            top.select(from: logits)
            top.indices.forEach(append)
        } else {
            order.removeAll(keepingCapacity: true)
            order.append(contentsOf: (0..<Int32(logits.count)).lazy.filter { !logits[Int($0)].isNaN })
            order.sort { (-logits[Int($0)], $0) < (-logits[Int($1)], $1) }
            let count = options.topK > 0 ? min(options.topK, order.count) : order.count
            order.prefix(count).forEach(append)
        }
    }

    private func keepTopP(_ result: inout Distribution) {
        let largest = result.probabilities.first ?? 0
        let weights = result.probabilities.lazy.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        var sum: Float = 0
        for (index, weight) in weights.enumerated() {
            sum += weight
            if sum >= options.topP * total { return result.keepFirst(index + 1) }
        }
    }

    private func keepMinP(_ result: inout Distribution) {
        let limit = (result.probabilities.first ?? 0) + log(options.minP)
        let count = result.probabilities.firstIndex { $0 < limit } ?? result.count
        result.keepFirst(max(1, count))
    }
}
