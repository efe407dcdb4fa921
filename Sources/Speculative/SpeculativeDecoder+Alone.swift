/// Steps of one sequence, without others in the pass.
extension SpeculativeDecoder {
    /// Reads what the target has not read of the text and adds the token that follows it.
    /// - Returns: the place of the new token in `tokens`.
    package func readPrompt() throws -> Range<Int> {
        while true {
            let places = try readPromptBatch()
            if !places.isEmpty { return places }
        }
    }

    /// Reads one batch of what the target has not read. After the last one it adds the token that follows the text.
    /// - Parameter limit: tokens that are wanted at most, at least 1; a constrained text is completed within them.
    /// - Returns: the place of the new token in `tokens`; empty while more is left to read.
    /// - Throws: `ModelError`, `TensorError.outOfMemory`, `ConstraintError` or `CancellationError`. The text stays as
    ///   it was.
    package func readPromptBatch(limit: Int = .max) throws -> Range<Int> {
        try DecoderPass.run(DecoderStep(.prompt, of: self, limit: limit))
    }

    /// One round: drafts as the options, the constraint, `limit` and the context allow, and one pass of the target.
    /// - Parameters:
    ///   - limit: tokens that are wanted at most, at least 1; a constrained text is completed within them, if it can
    ///     be.
    ///   - isLast: called with each new token in order, until it returns true: the text ends after that token.
    /// - Returns: the places of the new tokens in `tokens`.
    /// - Throws: what reading a prompt throws; the text stays as it was.
    package func round(limit: Int, isLast: @escaping (Int32) -> Bool) throws -> Range<Int> {
        try DecoderPass.run(DecoderStep(.round(.chosen), of: self, limit: limit, isLast: isLast))
    }

    /// A round after which the text ends at the first of `stopTokens`, if there is one.
    package func round(limit: Int, stopTokens: Set<Int32>) throws -> Range<Int> {
        try round(limit: limit, isLast: stopTokens.contains)
    }

    /// One round with exactly `draftCount` drafts of the drafter, unless it is unsure or the text ends.
    package func round(draftCount: Int, isLast: @escaping (Int32) -> Bool = { _ in false }) throws -> Range<Int> {
        try DecoderPass.run(DecoderStep(.round(.exactly(draftCount)), of: self, isLast: isLast))
    }
}
