package import Gemma4

/// What the text is, and how much of it has been read.
extension SpeculativeDecoder {
    /// Adds `prompt` to the text; the next round reads it.
    /// - Throws: `ModelError.contextFull` with both numbers, and the text stays as it was.
    package func appendPrompt(_ prompt: [Int32]) throws(ModelError) {
        guard prompt.count <= room else {
            throw .contextFull(
                needed: tokens.count + prompt.count, contextLength: target.cache.contextLength)
        }
        tokens += prompt
    }

    /// Forgets the text; the statistics stay.
    package func restart() {
        tokens.removeAll(keepingCapacity: true)
        _ = target.cache.rewind(to: 0)
        hiddenPosition = -1
    }

    /// Replaces the text. The beginning that both have in common stays read, as far as the cache can go back; at least
    /// one token is left to read. With the same sampler and options the tokens that follow are those of a new decoder
    /// with this text, if weights are quantized.
    /// - Parameter position: where a later text is likely to differ from this one. It will then be read from there on,
    ///   if memory allows (see `KeyValueCache.keepWindow`); from the last token if the position is after that.
    /// - Returns: how many of `tokens` stay read.
    /// - Throws: `ModelError.contextFull` with both numbers, and the text stays as it was.
    package func replaceText(
        with tokens: [Int32], keepingWindowBefore position: Int? = nil
    ) throws(ModelError) -> Int {
        guard tokens.count <= target.cache.contextLength else {
            throw .contextFull(needed: tokens.count, contextLength: target.cache.contextLength)
        }
        let last = max(0, tokens.count - 1)
        let common = zip(self.tokens, tokens).prefix { $0 == $1 }.count
        let reused = target.cache.rewind(to: min(common, last))
        // The same text may be wanted again, for another answer, and then its last token must be read.
        if let position { target.cache.keepWindow(before: min(position, last)) }
        self.tokens.replaceSubrange(reused..., with: tokens[reused...])
        hiddenPosition = -1  // the state after the last token read may be of a token that is gone
        return reused
    }

    /// Whether the text has to be read before a round can draft.
    package var hasUnreadPrompt: Bool {
        tokens.count - target.cache.count != 1 || hiddenPosition < 0 || hiddenPosition != target.cache.count - 1
    }
}
