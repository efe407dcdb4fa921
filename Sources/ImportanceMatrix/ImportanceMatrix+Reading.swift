package import Foundation
internal import GGUF
package import Platform

extension ImportanceMatrix {
    /// Reads a file of either format.
    /// - Parameter chunkLength: of files of the old format, which count chunks and do not say how long they were. It
    ///   only decides how much they weigh when they are added to others.
    /// - Throws: `ImportanceError.cannotOpen` or `ImportanceError.inFile`.
    package init(contentsOf url: URL, chunkLength: Int = Self.defaultChunkLength) throws(ImportanceError) {
        let region: ByteRegion
        do {
            region = try ByteRegion(contentsOf: url)
        } catch .emptyFile {
            throw ImportanceError.inFile(path: url.path, .notAMatrix)
        } catch {
            throw ImportanceError.cannotOpen(path: url.path, reason: "\(error)")
        }
        do {
            try self.init(region, chunkLength: chunkLength)
        } catch {
            throw .inFile(path: url.path, error)
        }
    }

    package init(_ region: ByteRegion, chunkLength: Int = Self.defaultChunkLength) throws(ImportanceError) {
        if region.bytes.starts(with: "GGUF".utf8) {
            do {
                try self.init(GGUFFile(region))
            } catch let error as GGUFError {
                throw .gguf(error)
            } catch let error as ImportanceError {
                throw error
            } catch {
                throw .notAMatrix
            }
        } else {
            var reader = LegacyReader(region)
            self = try reader.matrix(chunkLength: chunkLength)
        }
        guard !entries.isEmpty else { throw .noEntries }
        try checkWeights()
    }
}

/// The keys and names of the GGUF format.
enum ImportanceKeys {
    static let kind = "imatrix"
    static let type = "general.type"
    static let datasets = "imatrix.datasets"
    static let chunkCount = "imatrix.chunk_count"
    static let chunkLength = "imatrix.chunk_size"
    static let sums = ".in_sum2"
    static let counts = ".counts"
}

extension ImportanceMatrix {
    /// - Throws: `GGUFError` or `ImportanceError`.
    private init(_ file: GGUFFile) throws {
        let kind = try file.metadata.stringIfPresent(ImportanceKeys.type)
        guard kind == ImportanceKeys.kind else { throw ImportanceError.otherKind(kind) }
        func number(_ key: String, from least: Int) throws -> Int {
            let value = try file.metadata.integer(key)
            guard (least...Int(UInt32.max)).contains(value) else {
                throw GGUFError.outOfRange(key: key, value: "\(value)", expected: "\(least) to \(UInt32.max)")
            }
            return value
        }
        self.init(chunkLength: try number(ImportanceKeys.chunkLength, from: 1))
        chunkCount = try number(ImportanceKeys.chunkCount, from: 0)
        datasets =
            try file.metadata.stringsIfPresent(ImportanceKeys.datasets)?.map {
                String(decoding: $0, as: UTF8.self)
            } ?? []
        var total = 0
        for tensor in file.tensors {
            if let name = tensor.name.without(suffix: ImportanceKeys.counts),
                file.tensor(name + ImportanceKeys.sums) == nil
            {
                throw ImportanceError.incomplete(entry: name, missing: String(ImportanceKeys.sums.dropFirst()))
            }
            guard let name = tensor.name.without(suffix: ImportanceKeys.sums) else { continue }
            guard let counts = file.tensor(name + ImportanceKeys.counts) else {
                throw ImportanceError.incomplete(entry: name, missing: String(ImportanceKeys.counts.dropFirst()))
            }
            total += tensor.elementCount
            guard total <= Self.maximumValues else {
                throw ImportanceError.tooManyValues(count: total, limit: Self.maximumValues)
            }
            try insert(name, Entry(file, name, sums: tensor, counts: counts))
        }
    }
}

extension ImportanceMatrix.Entry {
    fileprivate init(_ file: GGUFFile, _ name: String, sums: TensorInfo, counts: TensorInfo) throws {
        for tensor in [sums, counts] where tensor.type != .f32 {
            throw ImportanceError.wrongType(tensor: tensor.name, type: tensor.type.name)
        }
        guard sums.elementCount > 0, counts.rowLength == 1, counts.rowCount == sums.rowCount else {
            throw ImportanceError.shapes(entry: name, sums: sums.dimensions, counts: counts.dimensions)
        }
        self.init(
            sums: try [Float](littleEndian: file.data(of: sums), entry: name),
            counts: try [Float](littleEndian: file.data(of: counts), entry: name))
    }
}

extension [Float] {
    /// - Throws: `ImportanceError.invalidValue` for what is no sum of squares and no count.
    init(littleEndian region: ByteRegion, entry: String) throws(ImportanceError) {
        let count = region.bytes.count / 4
        self.init(unsafeUninitializedCapacity: count) { values, initialized in
            for index in 0..<count {
                let bits = region.bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                values.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: bits)))
            }
            initialized = count
        }
        if let bad = first(where: { !($0 >= 0 && $0.isFinite) }) { throw .invalidValue(entry: entry, value: bad) }
    }
}

extension String {
    /// What is before `suffix`; nil if the text does not end in it, or is nothing else.
    fileprivate func without(suffix: String) -> String? {
        guard utf8.count > suffix.utf8.count, utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else {
            return nil
        }
        return String(decoding: utf8.dropLast(suffix.utf8.count), as: UTF8.self)
    }
}
