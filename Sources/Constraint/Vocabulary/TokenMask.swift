package import Tokenizer

/// The tokens that may come next.
package struct TokenMask: Sendable {
    enum Form: Sendable {
        /// These, in order.
        case few([TokenID])
        /// Those of a set that masks share, and some more, in order.
        case many(TokenBits, more: [TokenID])
        /// All of `count` but these, in order.
        case allBut([TokenID], count: Int)
    }

    let form: Form
    /// The fewest tokens that complete the text, after the token for which they are most.
    let farthest: Int32

    /// Up to so many tokens are a list.
    static let mostOfFew = 512

    init(_ form: Form, farthest: Int32 = 0) { (self.form, self.farthest) = (form, farthest) }

    /// Whether every token may come next.
    package var isEverything: Bool { if case .allBut(let tokens, _) = form { tokens.isEmpty } else { false } }

    /// All tokens that may come next, in order; nil if they are more than a few hundred.
    package var few: [TokenID]? { if case .few(let tokens) = form { tokens } else { nil } }

    package func contains(_ token: TokenID) -> Bool {
        switch form {
        case .few(let tokens): tokens.containsSorted(token)
        case .many(let bits, let more): bits.contains(token) || more.containsSorted(token)
        case .allBut(let tokens, let count): token >= 0 && token < count && !tokens.containsSorted(token)
        }
    }

    /// Sets the logits of all other tokens to minus infinity.
    /// - Parameter logits: of tokens 0, 1, 2, ….
    package func exclude(from logits: UnsafeMutableBufferPointer<Float>) {
        switch form {
        case .few(let tokens):
            var next = 0
            for token in tokens where Int(token) < logits.count {
                logits[next..<Int(token)].update(repeating: -.infinity)
                next = Int(token) + 1
            }
            logits[next...].update(repeating: -.infinity)
        case .allBut(let tokens, let count):
            for token in tokens where Int(token) < logits.count { logits[Int(token)] = -.infinity }
            // A model may have more logits than there are tokens.
            if count < logits.count { logits[count...].update(repeating: -.infinity) }
        case .many(let bits, let more):
            var bits = bits
            for token in more { bits.insert(token) }
            for (number, word) in bits.words.enumerated() {
                let first = number * 64
                guard first < logits.count else { break }
                let end = min(first + 64, logits.count)
                if word == 0 {
                    logits[first..<end].update(repeating: -.infinity)
                } else {
                    var excluded = ~word
                    while excluded != 0 {
                        let place = first + excluded.trailingZeroBitCount
                        if place < end { logits[place] = -.infinity }
                        excluded &= excluded &- 1
                    }
                }
            }
            if bits.words.count * 64 < logits.count { logits[(bits.words.count * 64)...].update(repeating: -.infinity) }
        }
    }
}

extension [TokenID] {
    /// Whether `token` is in the array, which is in order.
    func containsSorted(_ token: TokenID) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < token { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == token
    }
}
