import Sampling
internal import Tokenizer

extension SequenceBreakers {
    /// The tokens in which the texts of `breakers` occur or begin, with what must follow the latter.
    ///
    /// Looks at every token of the vocabulary, which takes some hundredths of a second.
    init(_ breakers: [String], _ tokenizer: BPETokenizer) {
        self.init()
        let breakers = breakers.map { Array($0.utf8) }
        var text: [UInt8] = []
        for token in 0..<TokenID(breakers.isEmpty ? 0 : tokenizer.vocabulary.count) {
            text.removeAll(keepingCapacity: true)
            tokenizer.appendText(of: token, special: true, to: &text)
            for breaker in breakers { insert(token, text, breaker, tokenizer) }
        }
    }

    private mutating func insert(_ token: TokenID, _ text: [UInt8], _ breaker: [UInt8], _ tokenizer: BPETokenizer) {
        var tails: [Int] = []
        for start in text.indices where text[start] == breaker[0] {
            let common = min(breaker.count, text.count - start)
            guard text[start..<start + common].elementsEqual(breaker[..<common]) else { continue }
            // The whole of it in one token needs no other.
            if common == breaker.count { return insert(token) }
            tails.append(common)
        }
        for start in tails { insert(token, tail: tokenizer.encode(breaker[start...], parseSpecial: false)) }
    }
}
