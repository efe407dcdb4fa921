internal import Chat
internal import Tokenizer

/// A conversation as a model reads it.
package struct FormattedPrompt: Sendable {
    /// What the template made of it, special tokens as their text.
    package let text: String
    /// The tokens, with one `<bos>` at the beginning.
    package let tokens: [TokenID]
    /// Whether the prompt ends within a thought, which the reply goes on with.
    package let opensThought: Bool
    /// The number of tokens up to and including the last `<|turn>model\n`: what the next prompt of this conversation
    /// has in common with this one, at least. Nil if no turn of the model's begins.
    package let replyStart: Int?
    /// The numbers of tokens after which other prompts are likely to differ from this one, the system prompt's end and
    /// the last message's beginning.
    package let turnStarts: [Int]

    /// - Parameter ordinary: the bytes of `text` that may not be part of special tokens.
    init(_ text: String, ordinary: [Range<Int>], _ tokenizer: BPETokenizer, _ markers: ReplyMarkers) {
        let encoded = tokenizer.encode(text, ordinary: ordinary)
        let tokens = encoded.first == tokenizer.bos ? encoded : [tokenizer.bos] + encoded
        self.text = text
        self.tokens = tokens
        opensThought = SpecialToken.opensThought(tokens.lazy.compactMap { markers[$0] })
        replyStart = Self.replyStart(tokens, tokenizer, markers)
        let turns = tokens.indices.filter { markers[tokens[$0]] == .turnStart }
        // The last turn is the reply's, and the first begins the text.
        turnStarts = Array(Set([turns.dropFirst().first, turns.dropLast().last].compactMap(\.self))).sorted()
    }

    private static func replyStart(
        _ tokens: [TokenID], _ tokenizer: BPETokenizer, _ markers: ReplyMarkers
    ) -> Int? {
        let header = Array("model\n".utf8)
        for turn in tokens.indices.reversed() where markers[tokens[turn]] == .turnStart {
            var bytes: [UInt8] = []
            var end = turn + 1
            while end < tokens.count, bytes.count < header.count, markers[tokens[end]] == nil {
                tokenizer.appendText(of: tokens[end], special: false, to: &bytes)
                end += 1
            }
            guard bytes.starts(with: header) else { continue }
            // The line end may be one token with what follows.
            return bytes.count == header.count ? end : end - 1
        }
        return nil
    }
}
