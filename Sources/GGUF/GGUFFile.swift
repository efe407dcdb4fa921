import Foundation

/// A GGUF file (version 2 or 3), mapped into memory: metadata, and tensors left where they are.
///
/// Everything is checked when the file is opened: afterwards every tensor lies inside the map.
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
public final class GGUFFile: Sendable {
    public static let magic: [UInt8] = Array("GGUF".utf8)
    static let defaultAlignment = 32
    static let maximumAlignment = 1 << 20
    static let maximumNameLength = 63
    static let maximumDimensions: UInt32 = 4

    public let version: UInt32
    public let metadata: GGUFMetadata
    /// Tensors in the file's order.
    public let tensors: [TensorInfo]
    public let alignment: Int

    private let indices: [String: Int]
    private let data: ByteRegion

    /// Maps the file at `url`.
    public convenience init(contentsOf url: URL) throws(GGUFError) {
        let map = try MappedFile(url)
        try self.init(ByteRegion(bytes: map.bytes, owner: map))
    }

    /// Reads a file that is already in memory.
    package init(_ region: ByteRegion) throws(GGUFError) {
        guard !region.bytes.isEmpty else { throw .emptyFile }
        var cursor = ByteCursor(region)
        (version, metadata, tensors) = try Self.readHeader(&cursor)
        alignment = try Self.alignment(metadata)

        // A file without tensors may end before its padding.
        let start = min(Self.padded(cursor.offset, to: alignment), region.bytes.count)
        data = region.slice(start..<region.bytes.count)
        var indices: [String: Int] = [:]
        for (index, tensor) in tensors.enumerated() {
            guard indices.updateValue(index, forKey: tensor.name) == nil else { throw .duplicateTensor(tensor.name) }
            try Self.checkPlace(of: tensor, alignment: alignment, dataStart: start, fileSize: region.bytes.count)
        }
        self.indices = indices
        try Self.checkContestedTypes(of: tensors, alignment: alignment, dataSize: data.bytes.count)
    }

    /// The tensor of that name, if there is one.
    public func tensor(_ name: String) -> TensorInfo? { indices[name].map { tensors[$0] } }

    /// The bytes of a tensor of this file, valid while the returned region lives.
    package func data(of tensor: TensorInfo) -> ByteRegion {
        data.slice(tensor.offset..<tensor.offset + tensor.byteCount)
    }

    static func padded(_ offset: Int, to alignment: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}

// MARK: - Reading

extension GGUFFile {
    private typealias Header = (version: UInt32, metadata: GGUFMetadata, tensors: [TensorInfo])

    private static func readHeader(_ cursor: inout ByteCursor) throws(GGUFError) -> Header {
        let start = Array(cursor.region.bytes.prefix(4))
        guard start == magic else { throw .notGGUF(magic: start) }
        try cursor.skip(4, "the magic number")
        let version = try cursor.integer(UInt32.self, "the version")
        // A version that is sane with its bytes swapped was written on a big-endian machine.
        if version.byteSwapped == 2 || version.byteSwapped == 3 { throw .bigEndian }
        guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
        // The shortest tensor: name length, dimension count, one dimension, type, offset.
        let tensorCount = try cursor.count("the tensor count", minimumBytes: 32)
        // The shortest entry: key length, value type, one byte.
        let entryCount = try cursor.count("the metadata count", minimumBytes: 13)

        var metadata = GGUFMetadata()
        for _ in 0..<entryCount {
            let at = cursor.offset
            let key = try cursor.string("a metadata key")
            guard !key.isEmpty else { throw .emptyKey(offset: at) }
            let typeID = try cursor.integer(UInt32.self, "the type of \(key)")
            guard let type = GGUFValueType(rawValue: typeID) else { throw .unknownValueType(key: key, id: typeID) }
            try metadata.add(key, try cursor.value(type, key: key))
        }
        var tensors: [TensorInfo] = []
        tensors.reserveCapacity(tensorCount)
        for _ in 0..<tensorCount { tensors.append(try readTensorInfo(&cursor)) }
        return (version, metadata, tensors)
    }

    private static func readTensorInfo(_ cursor: inout ByteCursor) throws(GGUFError) -> TensorInfo {
        let name = try cursor.string("a tensor name")
        guard (1...maximumNameLength).contains(name.utf8.count) else { throw .invalidTensorName(name) }
        let count = try cursor.integer(UInt32.self, "the dimensions of \(name)")
        guard (1...maximumDimensions).contains(count) else { throw .dimensionCount(tensor: name, count: count) }
        var lengths: [UInt64] = []
        for _ in 0..<count { lengths.append(try cursor.integer(UInt64.self, "the dimensions of \(name)")) }
        let typeID = try cursor.integer(UInt32.self, "the type of \(name)")
        let offset = try cursor.integer(UInt64.self, "the offset of \(name)")
        guard let type = TensorType(id: typeID) else { throw .unknownTensorType(tensor: name, id: typeID) }

        let dimensions = try TensorInfo.checked(lengths, tensor: name, type: type)
        guard let offset = Int(exactly: offset) else { throw .sizeOverflow(tensor: name, dimensions: lengths) }
        return TensorInfo(name: name, dimensions: dimensions, type: type, offset: offset)
    }

    private static func alignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
        guard let value = metadata["general.alignment"] else { return defaultAlignment }
        guard case .uint32(let alignment) = value, alignment > 0, alignment & (alignment - 1) == 0,
            alignment <= maximumAlignment
        else { throw .invalidAlignment(found: "\(value)") }
        return Int(alignment)
    }

    private static func checkPlace(
        of tensor: TensorInfo, alignment: Int, dataStart: Int, fileSize: Int
    ) throws(GGUFError) {
        guard tensor.offset.isMultiple(of: alignment) else {
            throw .tensorMisaligned(tensor: tensor.name, offset: UInt64(tensor.offset), alignment: alignment)
        }
        let (end, overflow) = tensor.offset.addingReportingOverflow(tensor.byteCount)
        guard !overflow, end <= fileSize - dataStart else {
            throw .tensorOutOfBounds(
                tensor: tensor.name, end: UInt64(dataStart) &+ UInt64(bitPattern: Int64(end)), fileSize: fileSize)
        }
    }

    /// Believes a type that other programs number differently only where the tensor fills the place that the file gives it:
    /// up to the next tensor, or to the end.
    private static func checkContestedTypes(
        of tensors: [TensorInfo], alignment: Int, dataSize: Int
    ) throws(GGUFError) {
        guard tensors.contains(where: \.type.isContested) else { return }
        let filled = tensors.filter { $0.byteCount > 0 }.sorted { $0.offset < $1.offset }
        for (index, tensor) in filled.enumerated() where tensor.type.isContested {
            let isLast = index == filled.count - 1
            let found = (isLast ? dataSize : filled[index + 1].offset) - tensor.offset
            // Only behind the last tensor may the padding be missing.
            let expected = tensor.byteCount
            guard
                found == padded(expected, to: alignment)
                    || isLast && found >= expected && found < padded(expected, to: alignment)
            else {
                throw .contestedTensorType(
                    tensor: tensor.name, id: tensor.type.id, name: tensor.type.name, expected: expected, found: found)
            }
        }
    }
}
