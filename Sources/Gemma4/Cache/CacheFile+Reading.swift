internal import Checksum
package import Foundation
package import Platform
internal import Tensor

extension CacheFile {
    /// Reads a text that may be a stranger's. Memory is taken only once all lengths and the checksum are right, and no
    /// more than the file has.
    /// - Parameter contextLength: tokens that the text may have.
    /// - Throws: `CacheFileError` or `TensorError.outOfMemory`.
    package func read(_ url: URL, contextLength: Int) throws -> SavedText {
        try read(Self.opened(url), contextLength: contextLength)
    }

    private static func opened(_ url: URL) throws(CacheFileError) -> ByteRegion {
        do {
            return try ByteRegion(contentsOf: url)
        } catch {
            throw .cannotOpen(reason: "\(error)")
        }
    }

    /// Reads a file whose bytes are already in memory.
    package func read(_ region: ByteRegion, contextLength: Int) throws -> SavedText {
        var reader = CacheFileReader(bytes: region.bytes)
        let frame = try checkedFrame(&reader, contextLength: contextLength)
        let tokens = try tokens(&reader, count: frame.tokenCount)
        var pages: [[CachePage]] = []
        for (group, count) in zip(pool.groups, pageCounts(positions: frame.positions)) {
            var ofGroup: [CachePage] = []
            for _ in 0..<count {
                let page = try group.pages.page()
                page.bytes.copyMemory(from: try reader.bytes(page.byteCount))
                ofGroup.append(page)
            }
            pages.append(ofGroup)
        }
        withExtendedLifetime(region) {}
        return SavedText(tokens: tokens, snapshot: CacheSnapshot(count: frame.positions, pages: pages))
    }

    // MARK: - Checks

    /// How much there is of what.
    private struct Frame {
        let positions: Int
        let tokenCount: Int
    }

    /// Everything before the tokens, and the length of the file. The reader is then at the first token.
    private func checkedFrame(
        _ reader: inout CacheFileReader, contextLength: Int
    ) throws(CacheFileError) -> Frame {
        try checkWhole(&reader)
        let fingerprint = try reader.bytes(Self.checksumLength)
        guard fingerprint.elementsEqual(target.fingerprint.bytes) else { throw .otherModel }
        let (key, value) = (try reader.name(Self.typeNameLength), try reader.name(Self.typeNameLength))
        guard key == pool.types.key.rawValue, value == pool.types.value.rawValue else {
            throw .otherTypes(
                keys: key, values: value, expectedKeys: pool.types.key.rawValue,
                expectedValues: pool.types.value.rawValue)
        }
        let positions = Int(try reader.number(UInt32.self))
        let tokenCount = Int(try reader.number(UInt32.self))
        guard tokenCount <= contextLength else { throw .tooLong(tokens: tokenCount, contextLength: contextLength) }
        guard positions < max(tokenCount, 1) else {
            throw .damaged("\(positions) of \(tokenCount) tokens have been read")
        }
        try checkGroups(&reader, positions: positions)
        let pageBytes = zip(pool.groups, pageCounts(positions: positions)).reduce(0) { bytes, group in
            bytes + group.0.pages.layout.byteCount * group.1
        }
        let expected = reader.offset + 4 * tokenCount + pageBytes + Self.checksumLength
        guard reader.count == expected else {
            throw .damaged("\(tokenCount) tokens take \(expected) bytes, and it has \(reader.count)")
        }
        return Frame(positions: positions, tokenCount: tokenCount)
    }

    /// Magic number, version, length and checksum.
    private func checkWhole(_ reader: inout CacheFileReader) throws(CacheFileError) {
        guard reader.starts(with: Self.magic) else { throw .notACache }
        _ = try reader.bytes(Self.magic.count)
        let version = try reader.number(UInt32.self)
        guard version == Self.version else { throw .unsupportedVersion(version, expected: Self.version) }
        let length = try reader.number(UInt64.self)
        guard length <= UInt64(reader.count) else { throw .truncated(expected: length, found: reader.count) }
        guard length == UInt64(reader.count) else { throw .damaged("something follows its end") }
        let end = reader.count - Self.checksumLength
        guard end >= reader.offset else { throw .damaged("it has no checksum") }
        guard reader.checksum(of: 0..<end).elementsEqual(reader.tail(from: end)) else {
            throw .damaged("its checksum is wrong")
        }
    }

    private func checkGroups(_ reader: inout CacheFileReader, positions: Int) throws(CacheFileError) {
        let groupCount = try reader.number(UInt32.self)
        guard groupCount == pool.groups.count else { throw .otherShape("\(groupCount) groups of layers") }
        for (index, pages) in pageCounts(positions: positions).enumerated() {
            let (layout, window) = (pool.groups[index].pages.layout, pool.groups[index].window ?? 0)
            let foundWindow = try reader.number(UInt32.self)
            guard foundWindow == window else { throw .otherShape("a window of \(foundWindow)") }
            let byteCount = try reader.number(UInt64.self)
            guard byteCount == layout.byteCount else { throw .otherShape("pages of \(byteCount) bytes") }
            let pageCount = try reader.number(UInt32.self)
            guard pageCount == pages else { throw .damaged("\(positions) positions in \(pageCount) pages") }
            let layerCount = try reader.number(UInt32.self)
            guard layerCount == layout.layers.count else { throw .otherShape("\(layerCount) layers in a group") }
            for layer in layout.layers {
                let (heads, width) = (try reader.number(UInt32.self), try reader.number(UInt32.self))
                guard heads == layer.headCount, width == layer.width else {
                    throw .otherShape("\(heads) heads of width \(width)")
                }
            }
        }
    }

    private func tokens(_ reader: inout CacheFileReader, count: Int) throws(CacheFileError) -> [Int32] {
        let vocabulary = target.config.vocabularySize
        var tokens: [Int32] = []
        tokens.reserveCapacity(count)
        for _ in 0..<count {
            let token = try reader.number(Int32.self)
            guard (0..<vocabulary).contains(Int(token)) else { throw .badToken(token, vocabulary: vocabulary) }
            tokens.append(token)
        }
        return tokens
    }
}

/// Takes one value after another out of a file. Every length is checked before it is read.
private struct CacheFileReader {
    private let all: UnsafeRawBufferPointer
    private(set) var offset = 0

    /// - Parameter bytes: they must outlive the reader.
    init(bytes: UnsafeRawBufferPointer) { all = bytes }

    /// Bytes of the file.
    var count: Int { all.count }

    func starts(with bytes: [UInt8]) -> Bool { all.starts(with: bytes) }

    func tail(from start: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: all[start...]) }

    func checksum(of range: Range<Int>) -> [UInt8] {
        var hash = SHA256()
        hash.update(UnsafeRawBufferPointer(rebasing: all[range]))
        return hash.bytes()
    }

    mutating func bytes(_ length: Int) throws(CacheFileError) -> UnsafeRawBufferPointer {
        guard length <= count - offset else { throw .truncated(expected: UInt64(offset + length), found: count) }
        defer { offset += length }
        return UnsafeRawBufferPointer(rebasing: all[offset..<offset + length])
    }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type) throws(CacheFileError) -> Number {
        Number(littleEndian: try bytes(MemoryLayout<Number>.size).loadUnaligned(as: Number.self))
    }

    /// A name, without the zeros that fill it up. Of another program's bytes only what is printable.
    mutating func name(_ length: Int) throws(CacheFileError) -> String {
        let name = try bytes(length).prefix { $0 != 0 }
        return String(decoding: name.filter { (0x21...0x7e).contains($0) }, as: UTF8.self)
    }
}
