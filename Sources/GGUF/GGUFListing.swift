public import Foundation
package import Platform

/// What one GGUF file says it holds, whether or not it can be loaded: for listings.
///
/// Only the header must be sound. Tensors of unknown types, of contested ones, or beyond the end of the file are listed
/// like others, with what is wrong with them.
public struct GGUFListing: Sendable {
    /// A tensor as the header has it.
    public struct Tensor: Sendable {
        public let name: String
        /// In the order of ggml: the length of a row first.
        public let dimensions: [UInt64]
        public let typeID: UInt32
        /// Nil if the type number is unknown or does not agree with the tensor's size.
        public let type: TensorType?
        /// The size of the values; if the type is not known, the distance to the next tensor or to the end of the file.
        /// Nil if the offsets make no sense.
        public let byteCount: UInt64?
        /// Why the tensor cannot be read; nil if it can.
        public let problem: GGUFError?
    }

    public let version: UInt32
    public let alignment: Int
    public let metadata: GGUFMetadata
    /// In the order of the file.
    public let tensors: [Tensor]

    /// - Throws: `GGUFError` if the header cannot be read.
    public init(contentsOf url: URL) throws(GGUFError) {
        let region: ByteRegion
        do {
            region = try ByteRegion(contentsOf: url)
        } catch .emptyFile {
            throw .emptyFile
        } catch {
            throw .cannotOpen(path: url.path, reason: "\(error)")
        }
        try self.init(region)
    }

    /// Lists a file whose bytes are already in memory.
    package init(_ region: ByteRegion) throws(GGUFError) {
        guard !region.bytes.isEmpty else { throw .emptyFile }
        var cursor = ByteCursor(region)
        let tensorCount: Int
        (version, metadata, tensorCount) = try GGUFPart.readMetadata(&cursor)
        alignment = try metadata.alignment()
        var entries: [TensorEntry] = []
        entries.reserveCapacity(tensorCount)
        for _ in 0..<tensorCount { entries.append(try TensorEntry(&cursor)) }

        let start = GGUFFormat.padded(cursor.offset, to: alignment)
        let available = UInt64(max(0, region.bytes.count - start))
        let gaps = Self.gaps(entries.map(\.offset), end: available)
        tensors = zip(entries, gaps).map { [alignment] in Self.tensor($0, gap: $1, alignment: alignment) }
    }

    /// For each offset, the distance to the next larger one, or to `end`; nil for one that is past the end.
    private static func gaps(_ offsets: [UInt64], end: UInt64) -> [UInt64?] {
        let sorted = offsets.sorted()
        var next: [UInt64: UInt64] = [:]
        for (offset, following) in zip(sorted, sorted.dropFirst() + [max(end, sorted.last ?? 0)])
        where following > offset {
            next[offset] = min(following, end)
        }
        return offsets.map { offset in
            guard offset <= end else { return nil }
            return (next[offset] ?? offset) - offset
        }
    }

    private static func tensor(_ entry: TensorEntry, gap: UInt64?, alignment: Int) -> Tensor {
        func tensor(_ type: TensorType?, _ byteCount: UInt64?, _ problem: GGUFError?) -> Tensor {
            Tensor(
                name: entry.name, dimensions: entry.lengths, typeID: entry.typeID, type: type, byteCount: byteCount,
                problem: problem)
        }
        let info: TensorInfo
        do {
            info = try entry.info(place: 0, part: 0)
        } catch {
            return tensor(TensorType(id: entry.typeID), gap, error)
        }
        let expected = info.byteCount
        guard expected > 0 else { return tensor(info.type, 0, nil) }
        guard let gap, let found = Int(exactly: gap) else { return tensor(info.type, nil, nil) }
        let isPlausible = expected <= found && found <= GGUFFormat.padded(expected, to: alignment)
        guard info.type.isContested, !isPlausible else { return tensor(info.type, UInt64(expected), nil) }
        return tensor(
            nil, gap,
            .contestedTensorType(
                tensor: info.name, id: info.type.id, name: info.type.name, expected: expected, found: found))
    }
}
