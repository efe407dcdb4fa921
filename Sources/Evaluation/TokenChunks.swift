/// The tokens of a text, cut into chunks of equal length as llama-perplexity does. An incomplete last chunk is dropped.
package struct TokenChunks: Equatable, Sendable {
    package let tokens: [Int32]  // [chunks * length]
    package let length: Int

    package var count: Int { tokens.count / length }

    /// The positions of each chunk whose next token is scored: the second half, which has some context. The last
    /// position is not scored, since its next token is in another chunk.
    package var scoredPositions: Range<Int> { length / 2..<length - 1 }

    /// - Parameters:
    ///   - text: its tokens, `bos` first.
    ///   - skipped: chunks to leave out at the start.
    ///   - limit: the most chunks; nil for all.
    package init(
        _ text: [Int32], length: Int, skipping skipped: Int = 0, limit: Int? = nil
    ) throws(EvaluationError) {
        guard (3...Int(Int32.max)).contains(length) else { throw .invalidChunkLength(length) }
        let chunks = text.count / length
        guard chunks >= 2 else { throw .textTooShort(tokens: text.count, chunkLength: length) }
        guard chunks - 2 >= skipped else { throw .skipsTooMuch(chunks: chunks, skipped: skipped) }
        let rest = text.dropFirst(skipped * length)
        self.init(tokens: rest.prefix(min(chunks - skipped, limit ?? .max) * length), length: length)
    }

    /// - Parameter tokens: their number must be a multiple of `length`.
    init(tokens: some Sequence<Int32>, length: Int) {
        self.tokens = Array(tokens)
        self.length = length
    }

    package subscript(chunk: Int) -> ArraySlice<Int32> { tokens[chunk * length..<(chunk + 1) * length] }
}
