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
        target.cache.truncate(to: 0)
        marks.removeAll()
        hiddenPosition = -1
    }

    /// Replaces the text. What both have in common stays read, as far as the cache can go back, or as another text has
    /// left it; at least one token is left to read. With the same sampler and options the tokens that follow are those
    /// of a new decoder with this text, if weights are quantized.
    /// - Parameter marks: where later texts are likely to differ from this one. They are then read from there on, as
    ///   long as it is remembered (see `PrefixCache`). What is after the last token but one counts as that.
    /// - Returns: how many of `tokens` stay read.
    /// - Throws: `ModelError.contextFull` with both numbers, and the text stays as it was.
    package func replaceText(with tokens: [Int32], keepingWindowsBefore marks: [Int] = []) throws(ModelError) -> Int {
        guard tokens.count <= target.cache.contextLength else {
            throw .contextFull(needed: tokens.count, contextLength: target.cache.contextLength)
        }
        remember(at: target.cache.count)
        let last = max(0, tokens.count - 1)
        let common = min(zip(self.tokens, tokens).prefix { $0 == $1 }.count, last, target.cache.count)
        let canGoBack = target.cache.canTruncate(to: common)
        if let found = prefixes.find(tokens, limit: last, salt: salt), found.count > (canGoBack ? common : 0) {
            target.cache.restore(found)
        } else {
            target.cache.truncate(to: canGoBack ? common : 0)
        }
        let reused = target.cache.count
        self.tokens = tokens
        hiddenPosition = -1  // the state after the last token read may be of a token that is gone
        // The same text may be wanted again, for another answer, and then its last token must be read.
        self.marks = marks.map { min($0, last) }
        rememberMarks()
        return reused
    }

    /// Whether the text has to be read before a round can draft.
    package var hasUnreadPrompt: Bool {
        tokens.count - target.cache.count != 1 || hiddenPosition < 0 || hiddenPosition != target.cache.count - 1
    }
}
