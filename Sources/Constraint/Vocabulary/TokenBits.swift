/// A set of tokens, as one bit for each token of a vocabulary.
struct TokenBits: Sendable {
    private(set) var words: [UInt64]

    init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

    func contains(_ token: Int32) -> Bool {
        let word = Int(token) >> 6
        return token >= 0 && word < words.count && words[word] >> UInt64(token & 63) & 1 == 1
    }

    mutating func insert(_ token: Int32) { words[Int(token) >> 6] |= 1 << UInt64(token & 63) }

    /// Calls `body` with up to 64 tokens at a time, as bits from the lowest.
    mutating func fill(_ body: (_ first: Int) -> UInt64) {
        for word in words.indices { words[word] = body(word * 64) }
    }
}
