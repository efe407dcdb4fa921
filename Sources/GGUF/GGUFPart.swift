import Foundation
internal import Platform

/// One mapped file: a whole model, or a part of a split one.
struct GGUFPart: Sendable {
    let version: UInt32
    let metadata: GGUFMetadata
    let tensors: [TensorInfo]
    let alignment: Int
    private let data: ByteRegion

    init(contentsOf url: URL, index: Int) throws(GGUFError) {
        let region: ByteRegion
        do {
            region = try ByteRegion(contentsOf: url)
        } catch .emptyFile {
            throw GGUFError.emptyFile
        } catch {
            throw GGUFError.cannotOpen(path: url.path, reason: "\(error)")
        }
        try self.init(region, index: index)
    }

    /// - Parameter index: of the part in its model; its tensors store it.
    init(_ region: ByteRegion, index: Int) throws(GGUFError) {
        guard !region.bytes.isEmpty else { throw .emptyFile }
        var cursor = ByteCursor(region)
        let tensorCount: Int
        (version, metadata, tensorCount) = try Self.readMetadata(&cursor)
        alignment = try metadata.alignment()
        tensors = try Self.readTensorInfos(&cursor, count: tensorCount, alignment: alignment, part: index)

        let (start, fileSize) = (GGUFFormat.padded(cursor.offset, to: alignment), region.bytes.count)
        try TensorLayout.check(tensors, alignment: alignment, dataStart: start, fileSize: fileSize)
        // If all tensors are empty, the file may end before the padding.
        data = region.slice(min(start, fileSize)..<fileSize)
    }

    /// The bytes of a tensor of this part.
    func data(of tensor: TensorInfo) -> ByteRegion {
        // The offset of an empty tensor may be past the end if the padding before it is missing.
        let start = tensor.byteCount > 0 ? tensor.offset : 0
        return data.slice(start..<start + tensor.byteCount)
    }
}

// MARK: - Reading

extension GGUFPart {
    typealias Header = (version: UInt32, metadata: GGUFMetadata, tensorCount: Int)

    static func readMetadata(_ cursor: inout ByteCursor) throws(GGUFError) -> Header {
        let start = Array(cursor.region.bytes.prefix(4))
        guard start == GGUFFormat.magic else {
            if let kind = ForeignFile(cursor.region.bytes) { throw .foreign(kind) }
            throw .notGGUF(magic: start)
        }
        try cursor.skip(4, "the magic number")
        let version = try cursor.integer(UInt32.self, "the version")
        // A version that is valid with its bytes swapped was written on a big-endian machine.
        if version.byteSwapped == 2 || version.byteSwapped == 3 { throw .bigEndian }
        guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
        // The shortest tensor: a name of one byte, dimension count, one dimension, type, offset.
        let tensorCount = try cursor.count("the tensor count", minimumBytes: 33)
        // The shortest entry: a key of one byte, value type, one byte.
        let entryCount = try cursor.count("the metadata count", minimumBytes: 14)

        var metadata = GGUFMetadata()
        metadata.reserveCapacity(entryCount)
        for _ in 0..<entryCount {
            let at = cursor.offset
            let key = try cursor.string("a metadata key", maximumLength: GGUFFormat.maximumKeyLength)
            guard !key.isEmpty else { throw .emptyKey(offset: at) }
            let typeID = try cursor.integer(UInt32.self, "the type of \(key)")
            guard let type = GGUFValueType(rawValue: typeID) else { throw .unknownValueType(key: key, id: typeID) }
            try metadata.add(key, try cursor.value(type, key: key))
        }
        return (version, metadata, tensorCount)
    }

    private static func readTensorInfos(
        _ cursor: inout ByteCursor, count: Int, alignment: Int, part: Int
    ) throws(GGUFError) -> [TensorInfo] {
        var layout = TensorLayout(alignment: alignment)
        var tensors: [TensorInfo] = []
        tensors.reserveCapacity(count)
        for _ in 0..<count {
            let entry = try TensorEntry(&cursor)
            let tensor = try entry.info(place: layout.end, part: part)
            try layout.append(tensor, foundAt: entry.offset)
            tensors.append(tensor)
        }
        return tensors
    }
}

/// What the header says of a tensor, before anything but its form was checked.
struct TensorEntry {
    let name: String
    let lengths: [UInt64]
    let typeID: UInt32
    let offset: UInt64

    init(_ cursor: inout ByteCursor) throws(GGUFError) {
        let name = try cursor.string("a tensor name", maximumLength: GGUFFormat.maximumNameLength)
        guard !name.isEmpty else { throw .invalidTensorName(name) }
        let count = try cursor.integer(UInt32.self, "the dimensions of \(name)")
        guard (1...GGUFFormat.maximumDimensions).contains(count) else {
            throw .dimensionCount(tensor: name, count: count)
        }
        var lengths: [UInt64] = []
        for _ in 0..<count { lengths.append(try cursor.integer(UInt64.self, "the dimensions of \(name)")) }
        self.name = name
        self.lengths = lengths
        typeID = try cursor.integer(UInt32.self, "the type of \(name)")
        offset = try cursor.integer(UInt64.self, "the offset of \(name)")
    }

    /// - Parameter place: the offset that the tensor must have.
    /// - Returns: the tensor at that offset.
    func info(place: Int, part: Int) throws(GGUFError) -> TensorInfo {
        guard let type = TensorType(id: typeID) else { throw .unknownTensorType(tensor: name, id: typeID) }
        let dimensions = try TensorInfo.checked(lengths, tensor: name, type: type)
        return TensorInfo(name: name, dimensions: dimensions, type: type, offset: place, part: part)
    }
}
