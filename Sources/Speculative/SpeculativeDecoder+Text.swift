package import Gemma4
import Tensor

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
        self.marks = marks.map { min($0, last) } + stride(from: Self.markDistance, to: last, by: Self.markDistance)
        rememberMarks()
        return reused
    }

    /// Long texts are remembered at the multiples of it.
    private static let markDistance = 4096

    /// The first `count` tokens of the text, and how to go on with what has been read of them: all but the last, or as
    /// many as there are.
    /// - Returns: nil if the windows that this takes have been dropped, and nobody has remembered them.
    package func savedText(first count: Int) -> SavedText? {
        let tokens = Array(tokens.prefix(count))
        let read = max(0, min(tokens.count - 1, target.cache.count))
        guard read > 0 else {
            let pages = target.cache.pool.groups.map { _ in [CachePage]() }
            return SavedText(tokens: tokens, snapshot: CacheSnapshot(count: 0, pages: pages))
        }
        let snapshot = target.cache.snapshot(at: read) ?? prefixes.find(tokens, limit: read, salt: salt)
        return snapshot.flatMap { $0.count == read ? SavedText(tokens: tokens, snapshot: $0) : nil }
    }

    /// Makes a saved text the text. It is remembered as if it had been read.
    /// - Parameter saved: with pages of the cache's pool, and no longer than the context.
    package func replaceText(with saved: SavedText) {
        remember(at: target.cache.count)
        target.cache.restore(saved.snapshot)
        tokens = saved.tokens
        hiddenPosition = -1
        marks.removeAll()
        remember(at: target.cache.count)
    }

    /// Forgets what has been read of the text, and gives its memory back. The text stays, to be read again.
    package func forgetReading() {
        target.cache.truncate(to: 0)
        hiddenPosition = -1
    }

    /// Takes up the text again after `forgetReading`, as far as it is remembered.
    package func recallReading() {
        guard let found = prefixes.find(tokens, limit: max(0, tokens.count - 1), salt: salt) else { return }
        target.cache.restore(found)
    }

    /// How many tokens of the text have not been read.
    package var unreadCount: Int { tokens.count - target.cache.count }

    /// Whether the text has to be read before a round can draft.
    package var hasUnreadPrompt: Bool {
        tokens.count - target.cache.count != 1 || hiddenPosition < 0 || hiddenPosition != target.cache.count - 1
    }
}
