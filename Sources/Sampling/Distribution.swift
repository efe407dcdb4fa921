/// Tokens and their probabilities, most probable first.
package struct Distribution: Sendable {
    package internal(set) var tokens: [Int32] = []
    package internal(set) var probabilities: [Float] = []

    package init() {}

    package init(tokens: [Int32], probabilities: [Float]) {
        self.tokens = tokens
        self.probabilities = probabilities
    }

    package var count: Int { tokens.count }

    /// The probability of `token`; 0 where it is not among the tokens.
    package func probability(of token: Int32) -> Float {
        tokens.firstIndex(of: token).map { probabilities[$0] } ?? 0
    }

    /// Makes it the distribution of a token that is drawn in any case.
    package mutating func setCertain(_ token: Int32) {
        removeAll()
        tokens.append(token)
        probabilities.append(1)
    }

    mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        probabilities.removeAll(keepingCapacity: true)
    }

    mutating func keepFirst(_ count: Int) {
        tokens.removeLast(self.count - count)
        probabilities.removeLast(probabilities.count - count)
    }

    /// A token drawn with `uniform` in 0 ..< 1; probabilities need not add up to one.
    package func draw(_ uniform: Double) -> Int32? {
        var rest = uniform * probabilities.reduce(0) { $0 + Double($1) }
        for (token, probability) in zip(tokens, probabilities) where probability > 0 {
            rest -= Double(probability)
            if rest < 0 { return token }
        }
        // Rounding can leave a trace of `rest` after the last token.
        return probabilities.lastIndex { $0 > 0 }.map { tokens[$0] }
    }
}
