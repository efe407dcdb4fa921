import Foundation
import Platform
import Tensor

/// Saves the log probabilities of a run (see `BaseFile`).
///
/// Everything is written beside the file first, and moved there by `finish`; without that nothing stays, and a file that
/// was there before is as it was.
package final class BaseFileWriter {
    private let url: URL
    private let file: UnfinishedFile
    private let buffer: AlignedMemory  // [buffer rows, rowBytes]
    private let rowBytes: Int

    /// - Parameter rows: positions that are saved at a time at most.
    /// - Throws: `EvaluationError.cannotWrite`, `EvaluationError.wouldReplace` where something else has that name, or
    ///   `TensorError.outOfMemory`.
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

    /// Room for the next `count` rows.
    func rows(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: buffer.base, count: count * rowBytes)
    }

    /// Writes the first `count` rows of the room.
    func writeRows(_ count: Int) throws { try write(UnsafeRawBufferPointer(rows(count))) }

    /// Puts the file where it belongs.
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

    /// A slip of the command line must not cost a model: only a saved run is ever replaced.
    private static func check(_ url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.path)
        let start = try? FileHandle(forReadingFrom: url).read(upToCount: BaseFile.magic.count)
        guard attributes?[.type] as? FileAttributeType == .typeRegular, start.map(Array.init) == BaseFile.magic else {
            throw EvaluationError.wouldReplace(path: url.path)
        }
    }
}
