package import Foundation
internal import GGUF
internal import Platform

extension ImportanceMatrix {
    /// Writes the matrix under a temporary name that becomes `url` when the file is complete.
    /// - Throws: `ImportanceError.cannotWrite`.
    package func write(to url: URL, as format: ImportanceFormat = .gguf) throws(ImportanceError) {
        do {
            switch format {
            case .gguf: try ggufWriter().write(to: url)
            case .dat:
                let file = try UnfinishedFile(url)
                try legacyBytes.withUnsafeBytes { try file.write($0) }
                try file.finish()
            }
        } catch let error as SystemError {
            throw .cannotWrite(path: url.path, reason: "\(error)")
        } catch GGUFError.cannotWrite(_, let reason) {
            throw .cannotWrite(path: url.path, reason: reason)
        } catch {
            throw .cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    /// The file in memory.
    /// - Throws: `ImportanceError.gguf` for a name that is too long.
    package func bytes(as format: ImportanceFormat) throws(ImportanceError) -> [UInt8] {
        guard format == .gguf else { return legacyBytes }
        do {
            return try ggufWriter().bytes()
        } catch {
            throw .gguf(error)
        }
    }

    /// Whether a matrix can be written at `url`, to be asked before hours are spent on it. A typing error must not
    /// destroy a model, so only an importance matrix is ever replaced.
    /// - Throws: `ImportanceError.wouldReplace`, or `cannotWrite` if the folder is missing or write-protected.
    package static func checkPlace(_ url: URL) throws(ImportanceError) {
        let folder = url.deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw .cannotWrite(path: url.path, reason: "there is no folder \(folder)")
        }
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw .cannotWrite(path: url.path, reason: "the folder \(folder) is write-protected")
        }
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        guard (try? ImportanceMatrix(contentsOf: url)) != nil else { throw .wouldReplace(path: url.path) }
    }

    private func ggufWriter() throws(GGUFError) -> GGUFWriter {
        var writer = GGUFWriter()
        writer.metadata.set(ImportanceKeys.type, .string(ImportanceKeys.kind))
        writer.metadata.set(ImportanceKeys.datasets, .array(GGUFArray(datasets)))
        writer.metadata.set(ImportanceKeys.chunkCount, .uint32(UInt32(clamping: chunkCount)))
        writer.metadata.set(ImportanceKeys.chunkLength, .uint32(UInt32(clamping: chunkLength)))
        for name in names {
            guard let entry = entries[name] else { continue }
            let slices = entry.counts.count
            // One slice has a shape without the second dimension, as llama-imatrix writes it.
            let shape = slices > 1 ? [slices] : []
            try writer.add(
                tensor: name + ImportanceKeys.sums, dimensions: [entry.sums.count / slices] + shape, type: .f32,
                bytes: entry.sums.littleEndianBytes)
            try writer.add(
                tensor: name + ImportanceKeys.counts, dimensions: [1] + shape, type: .f32,
                bytes: entry.counts.littleEndianBytes)
        }
        return writer
    }
}

extension [Float] {
    fileprivate var littleEndianBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * count)
        for value in self { Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }
}
