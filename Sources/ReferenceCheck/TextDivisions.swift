import Tensor
package import Tokenizer

/// Ways to divide a text into tokens.
package struct TextDivisions: Sendable {
    private let tokenizer: BPETokenizer
    /// The tokens of text that stand for these bytes.
    private let tokens: [[UInt8]: [TokenID]]
    private let longest: Int

    package init(_ tokenizer: BPETokenizer) {
        self.tokenizer = tokenizer
        var tokens: [[UInt8]: [TokenID]] = [:]
        tokens.reserveCapacity(tokenizer.vocabulary.count)
        for id in TokenID(0)..<TokenID(tokenizer.vocabulary.count) {
            guard let type = tokenizer.vocabulary.type(of: id), type == .normal || type == .byte else { continue }
            var bytes: [UInt8] = []
            tokenizer.appendText(of: id, special: true, to: &bytes)
            if !bytes.isEmpty { tokens[bytes, default: []].append(id) }
        }
        self.tokens = tokens
        longest = tokens.keys.reduce(0) { max($0, $1.count) }
    }

    /// The tokenizer's own division first; then a token for each byte; a token for each character that has one; and
    /// `randomCount` others. Those that cannot be made of the vocabulary's tokens are left out.
    package func all(of text: String, randomCount: Int) -> [[TokenID]] {
        let bytes = Array(text.utf8)
        let divisions =
            [byBytes(bytes), byCharacters(text)]
            + (0..<randomCount).map { atRandom(bytes, seed: UInt64($0)) }
        return [tokenizer.encode(text, parseSpecial: false)] + divisions.compactMap { $0 }
    }

    /// Tokens of type `byte`, also where a character is one of its own.
    private func byBytes(_ bytes: [UInt8]) -> [TokenID]? {
        let ids = bytes.compactMap { byte in tokens[[byte]]?.first { tokenizer.vocabulary.type(of: $0) == .byte } }
        return ids.count == bytes.count ? ids : nil
    }

    private func byCharacters(_ text: String) -> [TokenID]? {
        var ids: [TokenID] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if let id = tokens[bytes]?.first(where: { tokenizer.vocabulary.type(of: $0) == .normal }) {
                ids.append(id)
            } else {
                guard let rest = byBytes(bytes) else { return nil }
                ids += rest
            }
        }
        return ids
    }

    private func atRandom(_ bytes: [UInt8], seed: UInt64) -> [TokenID]? {
        var generator = SplitMix64(seed: seed)
        var ids: [TokenID] = []
        var start = 0
        while start < bytes.count {
            let ends = start + 1...min(bytes.count, start + longest)
            let choices = ends.flatMap { end in (tokens[Array(bytes[start..<end])] ?? []).map { ($0, end) } }
            guard let (id, end) = choices.randomElement(using: &generator) else { return nil }
            ids.append(id)
            start = end
        }
        return ids
    }
}
