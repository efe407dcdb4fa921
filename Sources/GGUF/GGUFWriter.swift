import Foundation

/// Writes a GGUF file, version 3: metadata first, then the tensors in the order they were added.
public struct GGUFWriter: Sendable {
    public var metadata = GGUFMetadata()
    private var tensors: [(name: String, dimensions: [Int], type: TensorType, bytes: ByteRegion)] = []
    private let version: UInt32

    public init() { version = 3 }

    /// - Parameter version: 2 or 3, which differ in nothing but the number; tests need both.
    package init(version: UInt32) { self.version = version }

    /// Adds a tensor.
    /// - Parameters:
    ///   - dimensions: row length first, as ggml counts.
    ///   - bytes: `type`'s encoding of the values, row after row.
    public mutating func add(
        tensor name: String, dimensions: [Int], type: TensorType, bytes: [UInt8]
    ) throws(GGUFError) {
        try add(tensor: name, dimensions: dimensions, type: type, region: ByteRegion(bytes))
    }

    /// Adds a tensor whose bytes stay where they are until the file is written.
    package mutating func add(
        tensor name: String, dimensions: [Int], type: TensorType, region: ByteRegion
    ) throws(GGUFError) {
        guard (1...GGUFFile.maximumNameLength).contains(name.utf8.count) else { throw .invalidTensorName(name) }
        guard !tensors.contains(where: { $0.name == name }) else { throw .duplicateTensor(name) }
        guard (1...Int(GGUFFile.maximumDimensions)).contains(dimensions.count) else {
            throw .dimensionCount(tensor: name, count: UInt32(clamping: dimensions.count))
        }
        let lengths = dimensions.map { UInt64(clamping: $0) }
        let info = TensorInfo(
            name: name, dimensions: try TensorInfo.checked(lengths, tensor: name, type: type), type: type, offset: 0)
        guard info.byteCount == region.bytes.count else {
            throw .truncated(
                what: "tensor \(name)", offset: 0, needed: UInt64(info.byteCount), available: region.bytes.count)
        }
        tensors.append((name, dimensions, type, region))
    }

    /// Writes everything beside `url` first and then moves it there, so that a failed run leaves no half file.
    public func write(to url: URL) throws(GGUFError) {
        let part = url.appendingPathExtension("part")
        do {
            try Data().write(to: part)
        } catch {
            throw .cannotWrite(path: part.path, reason: error.localizedDescription)
        }
        do {
            let file = try FileHandle(forWritingTo: part)
            defer { try? file.close() }
            try write { try file.write(contentsOf: $0) }
            try file.close()
            guard rename(part.path, url.path) == 0 else {
                throw GGUFError.cannotWrite(path: url.path, reason: String(cString: strerror(errno)))
            }
        } catch {
            try? FileManager.default.removeItem(at: part)
            throw error as? GGUFError ?? .cannotWrite(path: url.path, reason: error.localizedDescription)
        }
    }

    /// The whole file in memory.
    package func bytes() -> [UInt8] {
        var result: [UInt8] = []
        write { result.append(contentsOf: $0) }
        return result
    }

    private func write(to output: (Data) throws -> Void) rethrows {
        let alignment = metadata["general.alignment"]?.integer ?? GGUFFile.defaultAlignment
        let header = header(alignment: alignment)
        try output(Data(header))
        try output(Data(count: GGUFFile.padded(header.count, to: alignment) - header.count))
        for tensor in tensors {
            let count = tensor.bytes.bytes.count
            try output(Data(tensor.bytes.bytes))
            try output(Data(count: GGUFFile.padded(count, to: alignment) - count))
        }
    }

    private func header(alignment: Int) -> [UInt8] {
        var bytes = GGUFFile.magic
        bytes.appendLittleEndian(version)
        bytes.appendLittleEndian(UInt64(tensors.count))
        bytes.appendLittleEndian(UInt64(metadata.keys.count))
        for key in metadata.keys {
            guard let value = metadata[key] else { continue }
            bytes.append(string: key)
            bytes.appendLittleEndian(value.type.rawValue)
            bytes.append(value: value)
        }
        var offset = 0
        for tensor in tensors {
            bytes.append(string: tensor.name)
            bytes.appendLittleEndian(UInt32(tensor.dimensions.count))
            tensor.dimensions.forEach { bytes.appendLittleEndian(UInt64($0)) }
            bytes.appendLittleEndian(tensor.type.id)
            bytes.appendLittleEndian(UInt64(offset))
            offset += GGUFFile.padded(tensor.bytes.bytes.count, to: alignment)
        }
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(string: String) {
        appendLittleEndian(UInt64(string.utf8.count))
        append(contentsOf: string.utf8)
    }

    fileprivate mutating func append(value: GGUFValue) {
        switch value {
        case .uint8(let value): append(value)
        case .int8(let value): appendLittleEndian(value)
        case .uint16(let value): appendLittleEndian(value)
        case .int16(let value): appendLittleEndian(value)
        case .uint32(let value): appendLittleEndian(value)
        case .int32(let value): appendLittleEndian(value)
        case .uint64(let value): appendLittleEndian(value)
        case .int64(let value): appendLittleEndian(value)
        case .float32(let value): appendLittleEndian(value.bitPattern)
        case .float64(let value): appendLittleEndian(value.bitPattern)
        case .bool(let value): append(value ? 1 : 0)
        case .string(let value): append(string: value)
        case .array(let array):
            appendLittleEndian(array.elementType.rawValue)
            appendLittleEndian(UInt64(array.count))
            append(contentsOf: array.region.bytes)
        }
    }
}
