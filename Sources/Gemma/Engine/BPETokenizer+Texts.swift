internal import Tokenizer

extension BPETokenizer {
    /// Those of `strings` that are control tokens, which a text may not show.
    func controlTokens(_ strings: [String]) -> Set<TokenID> {
        Set(strings.compactMap { vocabulary.id(of: $0) }.filter(isSpecial))
    }

    /// The tokens of a text that begins with `tokens`: `<bos>` is put before them, unless they have it.
    func beginning(_ tokens: [TokenID]) -> [TokenID] {
        tokens.first == bos ? tokens : [bos] + tokens
    }
}
