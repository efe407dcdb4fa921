import Synchronization
package import Tokenizer

/// The tokens of a model as masks need them: by their bytes, and in sets.
///
/// Making it takes some tenths of a second for a vocabulary of 262,144 tokens, and about 20 MB. One serves all
/// constraints of a model.
package final class ConstraintVocabulary: Sendable {
    /// How many tokens there are.
    package let count: Int
    /// The tokens that end a text, in order.
    package let endTokens: [TokenID]
    let trie: TokenTrie
    let texts: TokenTexts
    private let sets = Mutex<[CharacterSpan: TokenBits]>([:])

    /// The most sets that are kept; 32 KB each in a vocabulary of 262,144 tokens.
    private static let mostSets = 256

    /// - Parameters:
    ///   - texts: the bytes that each token stands for in a text; nil for special tokens, which stand for none.
    ///   - endTokens: those that end a text.
    package convenience init(texts: some Sequence<[UInt8]?>, endTokens: Set<TokenID>) {
        var all = TokenTexts()
        for text in texts { all.append { $0 += text ?? [] } }
        self.init(all, endTokens: endTokens)
    }

    /// The tokens of a tokenizer. Control and user-defined tokens are never part of the text.
    package convenience init(_ tokenizer: BPETokenizer) {
        var texts = TokenTexts()
        for id in 0..<TokenID(tokenizer.vocabulary.count) {
            texts.append { bytes in
                guard !tokenizer.isSpecial(id), !tokenizer.endOfGeneration.contains(id) else { return }
                tokenizer.appendText(of: id, special: false, to: &bytes)
            }
        }
        self.init(texts, endTokens: tokenizer.endOfGeneration)
    }

    private init(_ texts: TokenTexts, endTokens: Set<TokenID>) {
        count = texts.count
        self.endTokens = endTokens.filter { $0 >= 0 && $0 < TokenID(texts.count) }.sorted()
        trie = TokenTrie(texts)
        self.texts = texts
    }

    /// The bytes that a token stands for; none for a special one.
    func bytes(of token: TokenID) -> ArraySlice<UInt8> {
        guard token >= 0, token < TokenID(count) else { return [] }
        return texts.bytes[texts.range(of: token)]
    }

    /// The tokens whose texts are of the kinds and the length of `span`.
    func tokens(in span: CharacterSpan) -> TokenBits {
        var span = span
        if Int(span.length) >= trie.longest { span = CharacterSpan(kinds: span.kinds, length: .max) }
        if let known = sets.withLock({ $0[span] }) { return known }
        var bits = TokenBits(count: count)
        let excluded = ~span.kinds.rawValue
        let longest = UInt16(clamping: span.length)
        trie.kinds.withUnsafeBufferPointer { kinds in
            trie.lengths.withUnsafeBufferPointer { lengths in
                bits.fill { first in
                    var word: UInt64 = 0
                    for place in 0..<min(64, count - first) {
                        let fits = kinds[first + place].rawValue & excluded == 0 && lengths[first + place] <= longest
                        word |= (fits ? 1 : 0) << UInt64(place)
                    }
                    return word
                }
            }
        }
        sets.withLock { sets in
            if sets.count >= Self.mostSets { sets.removeAll() }
            sets[span] = bits
        }
        return bits
    }
}
