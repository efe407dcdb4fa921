internal import Tokenizer

/// A vector of signs for each token of a script, and one for all other tokens. Those of two tokens are orthogonal or
/// opposite.
struct SignCodes: Sendable {
    /// The length of a vector: a power of two.
    let width: Int
    private let numbers: [TokenID: Int]

    private static let widths = [32, 64, 128, 256]

    init(_ tokens: some Sequence<TokenID>) throws(ScriptError) {
        let tokens = Set(tokens).sorted()
        // A vector and its opposite each, but for the one of the other tokens.
        guard let width = Self.widths.first(where: { tokens.count < 2 * $0 }) else {
            throw .tooManyTokens(count: tokens.count, limit: 2 * Self.widths[Self.widths.count - 1] - 1)
        }
        self.width = width
        numbers = Dictionary(uniqueKeysWithValues: zip(tokens, 1...))
    }

    /// The vector: a row of a Hadamard matrix, or its opposite.
    subscript(token: TokenID) -> [Float] {
        let number = numbers[token] ?? 0
        return (0..<width).map { place in
            let isNegative = ((number % width) & place).nonzeroBitCount % 2 == 1
            return isNegative != (number >= width) ? -1 : 1
        }
    }
}
