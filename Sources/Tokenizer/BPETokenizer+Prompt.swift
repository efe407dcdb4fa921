extension BPETokenizer {
    /// The tokens of a prompt; no `bos` is added.
    ///
    /// - Throws: `TokenizerError.unknownSpecialToken` for a control part that is not a special token here, and
    ///   `TokenizerError.tokenOutOfRange`.
    public func encode(_ prompt: RawPrompt) throws(TokenizerError) -> [TokenID] {
        var encoder = PromptEncoder(self)
        for part in prompt.parts {
            switch part {
            case .text(let text): encoder.append(text: text)
            case .control(let text): encoder.append([try specialToken(text)])
            case .markup(let text): encoder.append(markup: text)
            case .tokens(let tokens):
                if let id = tokens.first(where: { !vocabulary.contains($0) }) {
                    throw .tokenOutOfRange(id: Int(id), count: vocabulary.count)
                }
                encoder.append(tokens)
            }
        }
        return encoder.finish()
    }

    private func specialToken(_ text: String) throws(TokenizerError) -> TokenID {
        guard let token = vocabulary.id(of: text), isSpecial(token) else { throw .unknownSpecialToken(text: text) }
        return token
    }
}

/// Puts the tokens of a prompt together. Text waits until a token of another kind ends it.
private struct PromptEncoder {
    private let tokenizer: BPETokenizer
    private var fragments: FragmentEncoder
    private var text: [UInt8] = []

    init(_ tokenizer: BPETokenizer) {
        self.tokenizer = tokenizer
        fragments = FragmentEncoder(tokenizer.vocabulary, tokenizer.alphabet, tokenizer.merges)
    }

    mutating func append(text: String) { self.text += text.utf8 }

    mutating func append(markup: String) {
        var markup = markup
        markup.withUTF8 { markup in
            var start = 0
            while let (at, match) = tokenizer.specialTokens.firstMatch(in: markup, from: start) {
                text += markup[start..<at]
                append([match.token])
                start = at + match.byteCount
            }
            text += markup[start...]
        }
    }

    mutating func append(_ tokens: [TokenID]) {
        endText()
        fragments.output += tokens
    }

    mutating func finish() -> [TokenID] {
        endText()
        return fragments.output
    }

    private mutating func endText() {
        text.withUnsafeBufferPointer { fragments.encode($0) }
        text.removeAll(keepingCapacity: true)
    }
}
