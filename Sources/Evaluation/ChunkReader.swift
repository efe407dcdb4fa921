import Gemma4
package import Tensor

/// Reads chunks of a text, each with an empty cache, and passes on the logits of the scored positions.
package struct ChunkReader {
    package let context: TargetContext
    private let bos: Int32

    /// The number of positions whose logits are in memory at a time: 268 MB for a vocabulary of 262144.
    package static let scoredRows = 256

    /// - Parameters:
    ///   - context: must be at least as long as a chunk.
    ///   - bos: replaces the first token of each chunk.
    package init(_ context: TargetContext, bos: Int32) {
        self.context = context
        self.bos = bos
    }

    /// Logits at consecutive positions of a chunk, and the tokens that actually follow.
    package struct Scored {
        package let firstPosition: Int
        package let logits: Rows  // [positions, vocab]
        package let next: ArraySlice<Int32>  // [positions]
    }

    /// Reads chunk `index` and calls `body` with its scored positions, in order and a few at a time.
    /// - Throws: `ModelError`, `CancellationError`, or what `body` throws.
    package func read(_ chunks: TokenChunks, _ index: Int, _ body: (Scored) throws -> Void) throws {
        let tokens = begin(chunks, index)
        let scored = chunks.scoredPositions
        try context.read(tokens[..<scored.lowerBound])
        let rows = min(Self.scoredRows, context.batchLength)
        for first in stride(from: scored.lowerBound, to: scored.upperBound, by: rows) {
            let positions = first..<min(first + rows, scored.upperBound)
            let output = try context.forward(tokens[positions], logits: 0..<positions.count, hidden: 0..<0)
            try body(
                Scored(
                    firstPosition: first, logits: output.logits,
                    next: tokens[positions.lowerBound + 1..<positions.upperBound + 1]))
        }
    }

    /// Which positions the output matrix is multiplied by.
    package enum Logits: Sendable {
        case none
        case scored
        case all
    }

    /// Reads chunk `index` so that every token passes through every layer, whose products an observer may then see.
    /// `read` skips what leaves no trace in the cache.
    /// - Parameter body: gets the scored positions, in order and a few at a time, unless `logits` is `none`.
    /// - Throws: `ModelError`, `CancellationError`, or what `body` throws.
    package func readThroughout(
        _ chunks: TokenChunks, _ index: Int, logits: Logits, _ body: (Scored) throws -> Void
    ) throws {
        let tokens = begin(chunks, index)
        let scored = chunks.scoredPositions
        let rows = logits == .none ? context.batchLength : min(Self.scoredRows, context.batchLength)
        for first in stride(from: 0, to: tokens.count, by: rows) {
            let positions = first..<min(first + rows, tokens.count)
            let inBatch = scored.clamped(to: positions)
            let wanted: Range<Int> =
                switch logits {
                case .none: 0..<0
                case .scored: inBatch.isEmpty ? 0..<0 : inBatch.lowerBound - first..<inBatch.upperBound - first
                case .all: 0..<positions.count
                }
            let output = try context.forward(tokens[positions], logits: wanted, hidden: 0..<positions.count)
            guard logits != .none, !inBatch.isEmpty else { continue }
            let firstRow = inBatch.lowerBound - first - wanted.lowerBound
            try body(
                Scored(
                    firstPosition: inBatch.lowerBound, logits: output.logits[firstRow..<firstRow + inBatch.count],
                    next: tokens[inBatch.lowerBound + 1..<inBatch.upperBound + 1]))
        }
    }

    /// Empties the cache. Returns the tokens of chunk `index`, the first replaced by `bos`.
    private func begin(_ chunks: TokenChunks, _ index: Int) -> [Int32] {
        var tokens = Array(chunks[index])
        tokens[0] = bos
        context.cache.truncate(to: 0)
        return tokens
    }
}
