import Foundation
import Platform
internal import Tensor

/// Saves the log probabilities of a run (see `BaseFile`).
///
/// The file gets its name in `finish`. Without that call nothing is left behind, and an existing file stays as it was.
package final class BaseFileWriter {
    private let url: URL
    private let file: UnfinishedFile
    private let buffer: AlignedMemory  // [buffer rows, rowBytes]
    private let rowBytes: Int

    /// - Parameter rows: the most positions that are saved at a time.
    /// - Throws: `EvaluationError.cannotWrite`, `EvaluationError.wouldReplace` if another kind of file has that name,
    ///   or `TensorError.outOfMemory`.
    package init(_ url: URL, chunks: TokenChunks, vocabulary: Int, rows: Int = ChunkReader.scoredRows) throws {
        try Self.check(url)
        rowBytes = LogProbabilityCodes.byteCount(vocabulary)
        buffer = try AlignedMemory([rows, rowBytes])
        self.url = url
        do {
            file = try UnfinishedFile(url)
        } catch {
            throw EvaluationError.cannotWrite(path: url.path, reason: "\(error)")
        }
        try BaseFile.header(chunks, vocabulary: vocabulary).withUnsafeBytes(write)
    }

    /// A buffer for the next `count` rows.
    func rows(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: buffer.base, count: count * rowBytes)
    }

    /// Writes the first `count` rows of the buffer.
    func writeRows(_ count: Int) throws { try write(UnsafeRawBufferPointer(rows(count))) }

    /// Gives the file its final name.
    package func finish() throws {
        do {
            try file.finish()
        } catch {
            throw EvaluationError.cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        do {
            try file.write(bytes)
        } catch {
            throw EvaluationError.cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    /// A typing error must not destroy a model, so only a saved run is ever replaced.
    private static func check(_ url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        let start = try? FileHandle(forReadingFrom: url).read(upToCount: BaseFile.magic.count)
        guard attributes?[.type] as? FileAttributeType == .typeRegular, start.map(Array.init) == BaseFile.magic else {
            throw EvaluationError.wouldReplace(path: url.path)
        }
    }
}
