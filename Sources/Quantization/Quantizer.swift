package import Foundation
package import GGUF
package import Platform
import Synchronization
internal import Tensor

/// Converts a file according to a plan.
///
/// Reads tensors from the mapped file, and converts and writes a few megabytes at a time, on all threads of a pool.
package final class Quantizer: Sendable {
    package enum Progress: Sendable {
        /// Index of the tensor in the entries of the plan.
        case began(Int)
        /// So many values of the tensor are done, out of its element count.
        case advanced(Int, done: Int)
        case ended(Int)
    }

    private let file: GGUFFile
    private let plan: QuantizationPlan
    private let pool: ThreadPool
    private let failure = Mutex<QuantizationError?>(nil)

    package init(_ file: GGUFFile, _ plan: QuantizationPlan, pool: ThreadPool) {
        self.file = file
        self.plan = plan
        self.pool = pool
    }

    /// Writes the file at `url`, under a temporary name until it is complete; a failed run does not leave anything
    /// behind. Stops early if the current task is cancelled.
    /// - Parameter keepsParts: whether a split model stays split, see `places`.
    /// - Throws: `QuantizationError`, `GGUFError` or `CancellationError`.
    package func write(
        to url: URL, keepsParts: Bool = false, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws {
        let places = places(for: url, keepsParts: keepsParts)
        let writers = try places.indices.map { index in
            try writer(part: places.count > 1 ? index : nil, of: places.count, progress)
        }
        let byteCount = writers.reduce(0) { $0 + $1.byteCount }
        for place in places { try checkPlace(place, byteCount: byteCount) }
        let files = try zip(writers, places).map { writer, place in
            try writer.unfinishedFile(at: place) {
                if let failure = self.failure.withLock(\.self) { throw failure }
                try Task.checkCancellation()
            }
        }
        for (index, place) in places.enumerated() {
            do {
                try files[index].finish()
            } catch {
                // Some parts of a model are none.
                for finished in places[..<index] { try? FileManager.default.removeItem(at: finished) }
                throw GGUFError.cannotWrite(path: place.path, reason: "\(error)")
            }
        }
    }

    /// Where the file is written, or, of a split model that stays split, its parts: `NAME-00001-of-00003.gguf` and so
    /// on for `NAME` or `NAME.gguf`.
    package func places(for url: URL, keepsParts: Bool) -> [URL] {
        guard keepsParts, file.urls.count > 1 else { return [url] }
        let name = url.pathExtension == "gguf" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
        return file.urls.indices.map { index in
            let suffix = String(format: "-%05d-of-%05d.gguf", index + 1, file.urls.count)
            return url.deletingLastPathComponent().appendingPathComponent(name + suffix)
        }
    }

    // MARK: - The file

    /// - Parameter part: of a split model; nil for all tensors.
    private func writer(
        part: Int?, of partCount: Int, _ progress: @escaping @Sendable (Progress) -> Void
    ) throws(GGUFError) -> GGUFWriter {
        var writer = GGUFWriter()
        if part ?? 0 == 0 { writer.metadata = metadata }
        if let part {
            writer.metadata.set("split.no", .uint16(UInt16(clamping: part)))
            writer.metadata.set("split.count", .uint16(UInt16(clamping: partCount)))
            writer.metadata.set("split.tensors.count", .int32(Int32(clamping: plan.entries.count)))
        }
        for (index, entry) in plan.entries.enumerated() where part == nil || entry.tensor.part == part {
            try writer.add(
                tensor: entry.tensor.name, dimensions: entry.tensor.dimensions, type: entry.type
            ) { [self] offset, bytes in
                if offset == 0 { progress(.began(index)) }
                let end = offset + bytes.count
                fill(bytes, at: offset, entry) { done in
                    let values = (offset + done) / entry.type.blockBytes * entry.type.blockSize
                    if offset + done < entry.byteCount { progress(.advanced(index, done: values)) }
                }
                if end == entry.byteCount { progress(.ended(index)) }
            }
        }
        return writer
    }

    /// The keys of the file, with the new file type and ggml's version of the formats, and without those of a split.
    private var metadata: GGUFMetadata {
        var metadata = file.metadata
        metadata.set("general.quantization_version", .uint32(2))
        if let number = plan.fileType.number {
            metadata.set("general.file_type", .uint32(number))
        } else if plan.fileType != .copy {
            metadata.remove("general.file_type")
        }
        for (key, value) in plan.importance?.metadata ?? [] { metadata.set(key, value) }
        for key in ["split.no", "split.count", "split.tensors.count"] { metadata.remove(key) }
        return metadata
    }

    /// About how many values are converted at a time: with the slowest type, two seconds' work of a thread.
    private static let batchValues = 1 << 22

    /// Fills `bytes` with complete rows, starting at byte `offset` of the new tensor. What a cancelled task leaves
    /// unfilled is never seen, since the writer then stops.
    /// - Parameter progress: told how many of the bytes are done.
    private func fill(
        _ bytes: UnsafeMutableRawBufferPointer, at offset: Int, _ entry: QuantizationPlan.Entry,
        progress: (_ done: Int) -> Void
    ) {
        let tensor = entry.tensor
        let rowBytes = entry.type.byteCount(of: tensor.rowLength)
        let source = file.data(of: tensor)
        guard let target = bytes.baseAddress, let base = source.bytes.baseAddress, rowBytes > 0 else { return }
        guard entry.isConverted else { return target.copyMemory(from: base + offset, byteCount: bytes.count) }
        precondition(
            ElementFormats.traits(of: tensor.type) != nil && Encoders.all.contains(entry.type),
            "the plan converts only what it has found formats for")
        let rows = offset / rowBytes..<(offset + bytes.count) / rowBytes
        let batch = max(1, Self.batchValues / tensor.rowLength)
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: batch) where !Task.isCancelled {
            let end = min(first + batch, rows.upperBound)
            let outcome = withExtendedLifetime(source) {
                entry.withImportance(from: first) { importance in
                    Conversion(
                        source: base + first * tensor.type.byteCount(of: tensor.rowLength),
                        target: target + (first - rows.lowerBound) * rowBytes, decoder: tensor.type,
                        encoder: entry.type, rowLength: tensor.rowLength, rowCount: end - first, importance: importance
                    ).run(on: pool)
                }
            }
            switch outcome {
            case .finite: break
            case .badInput: fail(.notFinite(tensor: tensor.name))
            case .overflow:
                fail(.overflow(tensor: tensor.name, type: entry.type.name, isWeighted: entry.heedsImportance))
            }
            progress((end - rows.lowerBound) * rowBytes)
        }
    }

    /// Keeps the first failure, which the writer asks for.
    private func fail(_ error: QuantizationError) { failure.withLock { $0 = $0 ?? error } }

    // MARK: - Its place

    /// Refuses to overwrite the input, under any name, or something that is not a regular file, or to fill up the disk.
    package func checkPlace(_ url: URL, byteCount: Int) throws(QuantizationError) {
        let inputs = file.urls.compactMap { FileStatus($0) }
        if let status = FileStatus(url) {
            guard status.isRegular else { throw .notAFile(path: url.path) }
            guard !inputs.contains(status) else { throw .overwritesInput(path: url.path) }
        }
        let folder = url.deletingLastPathComponent().path
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue else { return }
        guard byteCount <= free else { throw .noRoom(path: url.path, needed: byteCount, free: free) }
    }
}

/// Identifies the file that a path leads to, following links.
private struct FileStatus: Equatable {
    let device: UInt64
    let inode: UInt64
    let isRegular: Bool

    init?(_ url: URL) {
        var status = stat()
        guard stat(url.path, &status) == 0 else { return nil }
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }
}

extension QuantizationPlan.Entry {
    fileprivate func withImportance<Result>(from firstRow: Int, _ body: (SlicedImportance?) -> Result) -> Result {
        guard let importance else { return body(nil) }
        return importance.withUnsafeBufferPointer { weights in
            guard let base = weights.baseAddress else { return body(nil) }
            let rowsPerSlice = max(1, tensor.rowCount / tensor.sliceCount)
            return body(SlicedImportance(weights: base, rowsPerSlice: rowsPerSlice, firstRow: firstRow))
        }
    }
}
