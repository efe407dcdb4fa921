import Foundation
import Tensor

/// Saves the log probabilities of a run (see `BaseFile`).
///
/// Everything is written beside the file first, and moved there by `finish`; without that nothing stays, and a file that
/// was there before is as it was.
package final class BaseFileWriter {
    private let url: URL
    private let part: URL
    private let file: FileHandle
    private let buffer: AlignedMemory  // [buffer rows, rowBytes]
    private let rowBytes: Int
    private var isFinished = false

    /// - Parameter rows: positions that are saved at a time at most.
    /// - Throws: `EvaluationError.cannotWrite`, `EvaluationError.wouldReplace` where something else has that name, or
    ///   `TensorError.outOfMemory`.
    package init(_ url: URL, chunks: TokenChunks, vocabulary: Int, rows: Int = ChunkReader.scoredRows) throws {
        try Self.check(url)
        rowBytes = LogProbabilityCodes.byteCount(vocabulary)
        buffer = try AlignedMemory([rows, rowBytes])
        self.url = url
        // Under a name of this process's own, since another may be saving the same file.
        part = url.appendingPathExtension("\(ProcessInfo.processInfo.processIdentifier).part")
        do {
            try Data().write(to: part)
            file = try FileHandle(forWritingTo: part)
        } catch {
            throw EvaluationError.cannotWrite(path: part.path, reason: Self.reason(error))
        }
        try write(BaseFile.header(chunks, vocabulary: vocabulary))
    }

    deinit {
        guard !isFinished else { return }
        try? file.close()
        try? FileManager.default.removeItem(at: part)
    }

    /// Room for the next `count` rows.
    func rows(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: buffer.base, count: count * rowBytes)
    }

    /// Writes the first `count` rows of the room.
    func writeRows(_ count: Int) throws {
        try write(
            Data(bytesNoCopy: buffer.base, count: count * rowBytes, deallocator: .none))
    }

    /// Puts the file where it belongs.
    package func finish() throws {
        do {
            try file.close()
        } catch {
            throw EvaluationError.cannotWrite(path: part.path, reason: Self.reason(error))
        }
        guard rename(part.path, url.path) == 0 else {
            throw EvaluationError.cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
        }
        isFinished = true
    }

    private func write(_ data: Data) throws {
        do {
            try file.write(contentsOf: data)
        } catch {
            throw EvaluationError.cannotWrite(path: part.path, reason: Self.reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return (cause ?? error as NSError).localizedDescription
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
