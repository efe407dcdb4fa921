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
    /// - Throws: `QuantizationError`, `GGUFError` or `CancellationError`.
    package func write(to url: URL, progress: @escaping @Sendable (Progress) -> Void = { _ in }) throws {
        let writer = try writer(progress)
        try checkPlace(url, byteCount: writer.byteCount)
        try writer.write(to: url) {
            if let failure = self.failure.withLock(\.self) { throw failure }
            try Task.checkCancellation()
        }
    }

    // MARK: - The file

    private func writer(_ progress: @escaping @Sendable (Progress) -> Void) throws(GGUFError) -> GGUFWriter {
        var writer = GGUFWriter()
        writer.metadata = metadata
        for (index, entry) in plan.entries.enumerated() {
            try writer.add(
                tensor: entry.tensor.name, dimensions: entry.tensor.dimensions, type: entry.type
            ) { [self] offset, bytes in
                if offset == 0 { progress(.began(index)) }
                fill(bytes, at: offset, entry)
                if offset + bytes.count == entry.byteCount { progress(.ended(index)) }
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
        } else {
            metadata.remove("general.file_type")
        }
        for key in ["split.no", "split.count", "split.tensors.count"] { metadata.remove(key) }
        return metadata
    }

    /// Fills `bytes` with complete rows, starting at byte `offset` of the new tensor.
    private func fill(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int, _ entry: QuantizationPlan.Entry) {
        let tensor = entry.tensor
        let rowBytes = entry.type.byteCount(of: tensor.rowLength)
        let source = file.data(of: tensor)
        guard let target = bytes.baseAddress, let base = source.bytes.baseAddress, rowBytes > 0 else { return }
        guard entry.isConverted else { return target.copyMemory(from: base + offset, byteCount: bytes.count) }
        precondition(
            ElementFormats.traits(of: tensor.type) != nil && Encoders.all.contains(entry.type),
            "the plan converts only what it has found formats for")
        let isFinite = withExtendedLifetime(source) {
            Conversion(
                source: base + offset / rowBytes * tensor.type.byteCount(of: tensor.rowLength), target: target,
                decoder: tensor.type, encoder: entry.type, rowLength: tensor.rowLength, rowCount: bytes.count / rowBytes
            ).run(on: pool)
        }
        if !isFinite { failure.withLock { $0 = $0 ?? .notFinite(tensor: tensor.name) } }
    }

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
