import Foundation
import Platform
internal import Tensor

/// The saved log probabilities of a run, in the format of llama-perplexity, so that each program can read the files of
/// the other.
///
/// After the magic number: the length of a chunk, the size of the vocabulary, the number of chunks, and the tokens of
/// all chunks, each number in 4 bytes. Then a row of `LogProbabilityCodes` for each scored position of each chunk.
/// Format: https://github.com/ggml-org/llama.cpp/blob/master/tools/perplexity/perplexity.cpp
package struct BaseFile: Sendable {
    package let chunks: TokenChunks
    private let path: String
    private let rows: ByteRegion  // [chunks, scored positions, rowBytes]
    private let vocabulary: Int
    private let rowBytes: Int

    static let magic = Array("_logits_".utf8)
    private static let headerBytes = magic.count + 3 * 4

    /// Maps the file at `url`, and checks its size against its header and its vocabulary against the model's.
    package init(contentsOf url: URL, vocabulary: Int) throws(EvaluationError) {
        let region: ByteRegion
        do {
            region = try ByteRegion(contentsOf: url)
        } catch .emptyFile {
            throw EvaluationError.notABaseFile(path: url.path)
        } catch {
            throw EvaluationError.cannotOpen(path: url.path, reason: "\(error)")
        }
        try self.init(region, path: url.path, vocabulary: vocabulary)
    }

    /// - Parameter path: for error messages.
    package init(_ region: ByteRegion, path: String, vocabulary: Int) throws(EvaluationError) {
        let bytes = region.bytes
        guard bytes.starts(with: Self.magic) else { throw .notABaseFile(path: path) }
        guard bytes.count >= Self.headerBytes else {
            throw .invalidHeader(path: path, field: "its size in bytes", value: bytes.count)
        }
        /// Number `index` after the magic.
        func number(_ index: Int) -> Int32 {
            Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: Self.magic.count + 4 * index, as: Int32.self))
        }
        let (length, found, count) = (Int(number(0)), Int(number(1)), Int(number(2)))
        guard length >= 3 else { throw .invalidHeader(path: path, field: "the length of a chunk", value: length) }
        guard found == vocabulary else { throw .otherVocabulary(path: path, found: found, model: vocabulary) }
        guard count >= 1 else { throw .invalidHeader(path: path, field: "the number of chunks", value: count) }

        // Counts are compared with the size of the file before they are multiplied, so that nothing overflows.
        let mismatch = EvaluationError.wrongSize(path: path, chunks: count, chunkLength: length, bytes: bytes.count)
        guard count <= bytes.count / (4 * length) else { throw mismatch }
        let rowBytes = LogProbabilityCodes.byteCount(vocabulary)
        let tokenBytes = length * count * 4
        let rowCount = (length - 1 - length / 2) * count
        let (rowsBytes, overflow) = rowCount.multipliedReportingOverflow(by: rowBytes)
        guard !overflow, bytes.count - Self.headerBytes - tokenBytes == rowsBytes else { throw mismatch }
        let tokens = (0..<length * count).map { number(3 + $0) }
        if let bad = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
            throw .tokenOutOfRange(path: path, token: bad, vocabulary: vocabulary)
        }
        chunks = TokenChunks(tokens: tokens, length: length)
        rows = region.slice(Self.headerBytes + tokenBytes..<bytes.count)
        self.path = path
        self.vocabulary = vocabulary
        self.rowBytes = rowBytes
    }

    /// Calls `body` with the rows of chunk `chunk` at `positions`, which must be scored ones.
    /// - Throws: `EvaluationError.damagedRow`, or what `body` throws.
    package func withRows(
        ofChunk chunk: Int, positions: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let scored = chunks.scoredPositions
        let first = (chunk * scored.count + positions.lowerBound - scored.lowerBound) * rowBytes
        let bytes = UnsafeRawBufferPointer(rebasing: rows.bytes[first..<first + positions.count * rowBytes])
        for (row, position) in positions.enumerated() {
            guard LogProbabilityCodes(bytes.baseAddress! + row * rowBytes, count: vocabulary).isValid else {
                throw EvaluationError.damagedRow(path: path, chunk: chunk + 1, position: position)
            }
        }
        try withExtendedLifetime(rows) { try body(bytes) }
    }

    static func header(_ chunks: TokenChunks, vocabulary: Int) -> Data {
        var data = Data(magic)
        let numbers = [chunks.length, vocabulary, chunks.count].map { Int32(clamping: $0) } + chunks.tokens
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) } }
        return data
    }
}
