import Foundation
internal import Tensor

/// Draws that are a function of a seed, the position in the text and the distribution. Two models that draw at the same
/// position with the same noise mostly draw the same token (https://arxiv.org/abs/2408.07978).
///
/// Every token has Gumbel noise g = -log(-log u) of its own, and the token that is drawn is argmax of log p + g. It is
/// each token with its probability p. Nothing is kept: u is a hash of the seed, the position and the token.
struct GumbelNoise: Sendable {
    private let seed: UInt64

    /// The first four numbers of `seed` are the generator's.
    init(seed: UInt64) { self.seed = SplitMix64.number(5, seed: seed) }

    /// Half of it is the least 1 - u, so that no token of less than 1e-16 times the drawn one's probability is drawn.
    private static let unit = 0x1p-52
    private static let blockLength = 16

    /// A token drawn at `position`; nil if there is none. Probabilities need not add up to one.
    func draw(from distribution: Distribution, at position: Int) -> Int32? {
        if distribution.count < 2 { return distribution.tokens.first }
        let key = SplitMix64.number(UInt64(truncatingIfNeeded: position) &+ 1, seed: seed)
        return distribution.tokens.withUnsafeBufferPointer { tokens in
            distribution.probabilities.withUnsafeBufferPointer { Self.draw(tokens, $0, key: key) }
        }
    }

    private static func draw(
        _ tokens: UnsafeBufferPointer<Int32>, _ probabilities: UnsafeBufferPointer<Float>, key: UInt64
    ) -> Int32? {
        // The largest log p + g is the least e / p, where e = -log u has an exponential distribution.
        var (drawn, least) = (Int32?.none, Double.infinity)
        for start in stride(from: 0, to: tokens.count, by: blockLength) {
            // Since e > 1 - u, and no p after this one is larger, a token can only be less if its 1 - u is. That spares
            // nearly all logarithms.
            let bound = least * Double(probabilities[start]) / unit
            guard bound >= 0.5 else { break }
            let limit = bound < 1 / unit ? UInt64(bound) << 12 | 0xFFF : .max
            for place in start..<min(start + blockLength, tokens.count) {
                let bits = SplitMix64.number(UInt64(UInt32(bitPattern: tokens[place])) &+ 1, seed: key)
                guard bits <= limit else { continue }
                let quotient = -log1p(-(Double(bits >> 12) + 0.5) * unit) / Double(probabilities[place])
                if quotient < least { (drawn, least) = (tokens[place], quotient) }
            }
        }
        return drawn
    }
}
