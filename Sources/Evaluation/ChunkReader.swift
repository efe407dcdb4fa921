import Gemma4
import Tensor

/// Reads chunks of a text, each from the beginning, and hands on the logits of the positions that are scored.
package struct ChunkReader {
    package let context: TargetContext
    private let bos: Int32

    /// Positions whose logits are in memory at a time: 268 MB for a vocabulary of 262144.
    package static let scoredRows = 256

    /// - Parameters:
    ///   - context: for chunks as long as it is at most.
    ///   - bos: what each chunk begins with, in place of its own first token.
    package init(_ context: TargetContext, bos: Int32) {
        self.context = context
        self.bos = bos
    }

    /// Logits at consecutive positions of a chunk, and the tokens that did come next.
    package struct Scored {
        package let firstPosition: Int
        package let logits: Rows  // [positions, vocab]
        package let next: ArraySlice<Int32>  // [positions]
    }

    /// Reads chunk `index` and calls `body` with its scored positions, some at a time and in order.
    /// - Throws: `ModelError`, `CancellationError`, or what `body` throws.
    package func read(_ chunks: TokenChunks, _ index: Int, _ body: (Scored) throws -> Void) throws {
        var tokens = Array(chunks[index])
        tokens[0] = bos
        context.cache.truncate(to: 0)
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
}
