import Foundation

/// One mapped file: a whole model, or a part of a split one.
struct GGUFPart: Sendable {
    let version: UInt32
    let metadata: GGUFMetadata
    let tensors: [TensorInfo]
    let alignment: Int
    private let data: ByteRegion

    init(contentsOf url: URL, index: Int) throws(GGUFError) {
        let map = try MappedFile(url)
        try self.init(ByteRegion(bytes: map.bytes, owner: map), index: index)
    }

    /// - Parameter index: of the part in its model, which its tensors keep.
    init(_ region: ByteRegion, index: Int) throws(GGUFError) {
        guard !region.bytes.isEmpty else { throw .emptyFile }
        var cursor = ByteCursor(region)
        (version, metadata, tensors) = try Self.readHeader(&cursor, part: index)
        alignment = try Self.alignment(metadata)

        // A file without tensors may end before its padding.
        let start = min(GGUFFile.padded(cursor.offset, to: alignment), region.bytes.count)
        data = region.slice(start..<region.bytes.count)
        for tensor in tensors {
            try Self.checkPlace(of: tensor, alignment: alignment, dataStart: start, fileSize: region.bytes.count)
        }
        try Self.checkContestedTypes(of: tensors, alignment: alignment, dataSize: data.bytes.count)
    }

    /// The bytes of a tensor of this part.
    func data(of tensor: TensorInfo) -> ByteRegion { data.slice(tensor.offset..<tensor.offset + tensor.byteCount) }
}

// MARK: - Reading

extension GGUFPart {
    private typealias Header = (version: UInt32, metadata: GGUFMetadata, tensors: [TensorInfo])

    private static func readHeader(_ cursor: inout ByteCursor, part: Int) throws(GGUFError) -> Header {
        let start = Array(cursor.region.bytes.prefix(4))
        guard start == GGUFFile.magic else { throw .notGGUF(magic: start) }
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
        for _ in 0..<tensorCount { tensors.append(try readTensorInfo(&cursor, part: part)) }
        return (version, metadata, tensors)
    }

    private static func readTensorInfo(_ cursor: inout ByteCursor, part: Int) throws(GGUFError) -> TensorInfo {
        let name = try cursor.string("a tensor name")
        guard (1...GGUFFile.maximumNameLength).contains(name.utf8.count) else { throw .invalidTensorName(name) }
        let count = try cursor.integer(UInt32.self, "the dimensions of \(name)")
        guard (1...GGUFFile.maximumDimensions).contains(count) else {
            throw .dimensionCount(tensor: name, count: count)
        }
        var lengths: [UInt64] = []
        for _ in 0..<count { lengths.append(try cursor.integer(UInt64.self, "the dimensions of \(name)")) }
        let typeID = try cursor.integer(UInt32.self, "the type of \(name)")
        let offset = try cursor.integer(UInt64.self, "the offset of \(name)")
        guard let type = TensorType(id: typeID) else { throw .unknownTensorType(tensor: name, id: typeID) }

        let dimensions = try TensorInfo.checked(lengths, tensor: name, type: type)
        guard let offset = Int(exactly: offset) else { throw .sizeOverflow(tensor: name, dimensions: lengths) }
        return TensorInfo(name: name, dimensions: dimensions, type: type, offset: offset, part: part)
    }

    private static func alignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
        guard let value = metadata["general.alignment"] else { return GGUFFile.defaultAlignment }
        guard case .uint32(let alignment) = value, alignment > 0, alignment & (alignment - 1) == 0,
            alignment <= GGUFFile.maximumAlignment
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
            let (expected, padded) = (tensor.byteCount, GGUFFile.padded(tensor.byteCount, to: alignment))
            // Only behind the last tensor may the padding be missing.
            guard found == padded || isLast && (expected..<padded).contains(found) else {
                throw .contestedTensorType(
                    tensor: tensor.name, id: tensor.type.id, name: tensor.type.name, expected: expected, found: found)
            }
        }
    }
}
