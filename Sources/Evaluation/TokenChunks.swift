/// A text's tokens, cut as llama-perplexity cuts them: into chunks of one length, what is left over dropped.
package struct TokenChunks: Equatable, Sendable {
    package let tokens: [Int32]  // [chunks * length]
    package let length: Int

    package var count: Int { tokens.count / length }

    /// The positions of each chunk whose next token is scored: the second half, where there is some context to go by. The
    /// last position has its next token in another chunk.
    package var scoredPositions: Range<Int> { length / 2..<length - 1 }

    /// - Parameters:
    ///   - text: its tokens, `bos` first.
    ///   - limit: chunks at most; nil for all there are.
    package init(_ text: [Int32], length: Int, limit: Int? = nil) throws(EvaluationError) {
        guard (3...Int(Int32.max)).contains(length) else { throw .invalidChunkLength(length) }
        guard text.count / length >= 2 else { throw .textTooShort(tokens: text.count, chunkLength: length) }
        self.init(tokens: text.prefix(min(text.count / length, limit ?? .max) * length), length: length)
    }

    /// - Parameter tokens: whole chunks.
    init(tokens: some Sequence<Int32>, length: Int) {
        self.tokens = Array(tokens)
        self.length = length
    }

    package subscript(chunk: Int) -> ArraySlice<Int32> { tokens[chunk * length..<(chunk + 1) * length] }
}
