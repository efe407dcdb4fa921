internal import Checksum
package import GGUF
internal import Platform
internal import Synchronization

/// Which model a file is, by a checksum of a sample of it.
///
/// It is a SHA-256 of all metadata, of the name, type and dimensions of every tensor, and of the first, the middle and
/// the last 4 KB of every tensor's data. So it tells models, quantizations and versions of a file apart. It does not
/// notice a change of weights that leaves all of these places as they are.
package final class ModelFingerprint: Sendable {
    /// Keys, small values, and what is known of each tensor.
    private let description: [UInt8]
    /// Arrays of metadata, and the places of tensors.
    private let pieces: [ByteRegion]
    private let checksum = Mutex<[UInt8]?>(nil)

    private static let pieceLength = 4096

    /// Reads nothing of the tensors yet.
    init(_ file: GGUFFile) {
        var (description, pieces) = ([UInt8](), [ByteRegion]())
        for key in file.metadata.keys {
            description.append(text: key)
            guard let value = file.metadata[key] else { continue }
            description.append(value)
            if case .array(let array) = value { pieces.append(array.region) }
        }
        for tensor in file.tensors {
            description.append(text: tensor.name)
            description.append(littleEndian: tensor.type.id)
            description.append(littleEndian: UInt32(tensor.dimensions.count))
            for length in tensor.dimensions { description.append(littleEndian: UInt64(length)) }
            pieces += Self.pieces(of: file.data(of: tensor))
        }
        self.description = description
        self.pieces = pieces
    }

    private static func pieces(of data: ByteRegion) -> [ByteRegion] {
        let count = data.bytes.count
        guard count > 3 * pieceLength else { return [data] }
        let middle = count / 2 / pieceLength * pieceLength
        return [0, middle, count - pieceLength].map { data.slice($0..<$0 + pieceLength) }
    }

    /// The 32 bytes of the checksum. The first call reads the places, some megabytes of a large model.
    package var bytes: [UInt8] {
        checksum.withLock { checksum in
            if let checksum { return checksum }
            var hash = SHA256()
            description.withUnsafeBytes { hash.update($0) }
            for piece in pieces { withExtendedLifetime(piece) { hash.update(piece.bytes) } }
            let new = hash.bytes()
            checksum = new
            return new
        }
    }
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// A text, and its length before it.
    fileprivate mutating func append(text: String) {
        append(littleEndian: UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    /// A value, its type before it; of an array the type and number of the elements.
    fileprivate mutating func append(_ value: GGUFValue) {
        append(littleEndian: value.type.rawValue)
        switch value {
        case .uint8(let value): append(value)
        case .int8(let value): append(littleEndian: value)
        case .uint16(let value): append(littleEndian: value)
        case .int16(let value): append(littleEndian: value)
        case .uint32(let value): append(littleEndian: value)
        case .int32(let value): append(littleEndian: value)
        case .uint64(let value): append(littleEndian: value)
        case .int64(let value): append(littleEndian: value)
        case .float32(let value): append(littleEndian: value.bitPattern)
        case .float64(let value): append(littleEndian: value.bitPattern)
        case .bool(let value): append(value ? 1 : 0)
        case .string(let text): append(text: text)
        case .array(let array):
            append(littleEndian: array.elementType.rawValue)
            append(littleEndian: UInt64(array.count))
        }
    }
}
