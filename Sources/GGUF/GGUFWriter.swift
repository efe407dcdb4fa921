import Foundation
package import Platform

/// Writes a GGUF file, version 3: metadata first, then the tensors in the order they were added.
public struct GGUFWriter: Sendable {
    public var metadata = GGUFMetadata()
    private var tensors: [(info: TensorInfo, source: Source)] = []
    private var names: Set<ByteKey> = []
    private let version: UInt32

    public init() { version = 3 }

    /// - Parameter version: 2 or 3, which only differ in the number. Tests need both.
    package init(version: UInt32) { self.version = version }

    /// Fills a buffer with the bytes of a tensor from `offset` on. Offset and length are multiples of the row size.
    package typealias Generator = @Sendable (_ offset: Int, _ bytes: UnsafeMutableRawBufferPointer) -> Void

    /// Where a tensor's bytes come from.
    private enum Source: Sendable {
        case region(ByteRegion)
        case generator(Generator)
    }

    /// About how many bytes a generator is asked for at a time.
    private static let partBytes = 1 << 24

    /// Adds a tensor.
    /// - Parameters:
    ///   - dimensions: row length first, as in ggml.
    ///   - bytes: the values encoded as `type`, row by row.
    public mutating func add(
        tensor name: String, dimensions: [Int], type: TensorType, bytes: [UInt8]
    ) throws(GGUFError) {
        try add(tensor: name, dimensions: dimensions, type: type, region: ByteRegion(bytes))
    }

    /// Adds a tensor without copying its bytes; they are read when the file is written.
    package mutating func add(
        tensor name: String, dimensions: [Int], type: TensorType, region: ByteRegion
    ) throws(GGUFError) {
        let info = try checked(name, dimensions, type)
        guard info.byteCount == region.bytes.count else {
            throw .truncated(
                what: "tensor \(name)", offset: 0, needed: UInt64(info.byteCount), available: region.bytes.count)
        }
        append(info, .region(region))
    }

    /// Adds a tensor whose bytes are generated in parts while the file is written, so the file may be larger than
    /// memory.
    package mutating func add(
        tensor name: String, dimensions: [Int], type: TensorType, generator: @escaping Generator
    ) throws(GGUFError) {
        append(try checked(name, dimensions, type), .generator(generator))
    }

    private mutating func append(_ info: TensorInfo, _ source: Source) {
        names.insert(ByteKey(info.name))
        tensors.append((info, source))
    }

    private func checked(_ name: String, _ dimensions: [Int], _ type: TensorType) throws(GGUFError) -> TensorInfo {
        guard (1...GGUFFormat.maximumNameLength).contains(name.utf8.count) else { throw .invalidTensorName(name) }
        guard !names.contains(ByteKey(name)) else { throw .duplicateTensor(name) }
        guard (1...Int(GGUFFormat.maximumDimensions)).contains(dimensions.count) else {
            throw .dimensionCount(tensor: name, count: UInt32(clamping: dimensions.count))
        }
        let lengths = dimensions.map { UInt64(clamping: $0) }
        return TensorInfo(
            name: name, dimensions: try TensorInfo.checked(lengths, tensor: name, type: type), type: type, offset: 0)
    }

    /// Size in bytes of the file that `write` creates.
    package var byteCount: Int {
        let alignment = alignment
        return tensors.reduce(GGUFFormat.padded(header(alignment: alignment).count, to: alignment)) {
            $0 + GGUFFormat.padded($1.info.byteCount, to: alignment)
        }
    }

    private var alignment: Int { (try? metadata.alignment()) ?? GGUFFormat.defaultAlignment }

    /// Writes the file under a temporary name and then renames it, so that a failure never leaves a partial file.
    public func write(to url: URL) throws(GGUFError) {
        do {
            try write(to: url) {}
        } catch {
            throw error as? GGUFError ?? .cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    /// Like `write(to:)`, but calls `check` after each part of a tensor (16 MB, or one row if that is longer). An error
    /// that it throws ends the writing.
    package func write(to url: URL, check: () throws -> Void) throws {
        let file = try unfinishedFile(at: url, check: check)
        do {
            try file.finish()
        } catch {
            throw GGUFError.cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    /// Like `write(to:check:)`, but leaves it to the caller to finish the file, which is complete but for its name. So
    /// several files, the parts of a model, can appear together.
    package func unfinishedFile(at url: URL, check: () throws -> Void) throws -> UnfinishedFile {
        _ = try metadata.alignment()
        do {
            let file = try UnfinishedFile(url)
            try write { bytes in
                try file.write(bytes)
                try check()
            }
            return file
        } catch let error as SystemError {
            throw GGUFError.cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    /// The whole file in memory.
    package func bytes() -> [UInt8] {
        var result: [UInt8] = []
        write { result.append(contentsOf: $0) }
        return result
    }

    private func write(to output: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let alignment = alignment
        let padding = [UInt8](repeating: 0, count: alignment)
        func pad(_ count: Int) throws {
            let missing = GGUFFormat.padded(count, to: alignment) - count
            try padding.withUnsafeBytes { try output(UnsafeRawBufferPointer(rebasing: $0[..<missing])) }
        }
        let header = header(alignment: alignment)
        try header.withUnsafeBytes(output)
        try pad(header.count)
        for tensor in tensors {
            switch tensor.source {
            case .region(let region): try write(region, to: output)
            case .generator(let generator): try write(tensor.info, generator, to: output)
            }
            try pad(tensor.info.byteCount)
        }
    }

    private func write(_ region: ByteRegion, to output: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        for offset in stride(from: 0, to: region.bytes.count, by: Self.partBytes) {
            let end = min(offset + Self.partBytes, region.bytes.count)
            try output(UnsafeRawBufferPointer(rebasing: region.bytes[offset..<end]))
        }
        withExtendedLifetime(region) {}
    }

    private func write(
        _ info: TensorInfo, _ generator: Generator, to output: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        let row = info.type.byteCount(of: info.rowLength)
        guard row > 0 else { return }
        let partBytes = max(1, Self.partBytes / row) * row
        var part = Data(count: min(partBytes, info.byteCount))
        for offset in stride(from: 0, to: info.byteCount, by: partBytes) {
            let count = min(partBytes, info.byteCount - offset)
            try part.withUnsafeMutableBytes { buffer in
                let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
                generator(offset, bytes)
                try output(UnsafeRawBufferPointer(bytes))
            }
        }
    }

    private func header(alignment: Int) -> [UInt8] {
        var bytes = GGUFFormat.magic
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
            let info = tensor.info
            bytes.append(string: info.name)
            bytes.appendLittleEndian(UInt32(info.dimensions.count))
            info.dimensions.forEach { bytes.appendLittleEndian(UInt64($0)) }
            bytes.appendLittleEndian(info.type.id)
            bytes.appendLittleEndian(UInt64(offset))
            offset += GGUFFormat.padded(info.byteCount, to: alignment)
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
