internal import Checksum
package import Foundation
internal import Platform
internal import Tensor

extension CacheFile {
    /// Writes a text. Until the file is complete, what was at `url` stays.
    /// - Throws: `CacheFileError.cannotWrite` or `TensorError.outOfMemory`.
    package func write(_ text: SavedText, to url: URL) throws {
        let file = try Self.written { () throws(SystemError) in try UnfinishedFile(url) }
        try encode(text) { bytes in
            try Self.written { () throws(SystemError) in try file.write(bytes) }
        }
        try Self.written { () throws(SystemError) in try file.finish() }
    }

    /// The bytes that would be written.
    /// - Throws: `TensorError.outOfMemory`.
    package func bytes(of text: SavedText) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(text) { bytes.append(contentsOf: $0) }
        return bytes
    }

    private static func written<Value>(_ body: () throws(SystemError) -> Value) throws(CacheFileError) -> Value {
        do { return try body() } catch { throw .cannotWrite(reason: "\(error)") }
    }

    /// Gives the bytes of the file to `write`, piece by piece.
    private func encode(_ text: SavedText, to write: (UnsafeRawBufferPointer) throws -> Void) throws {
        var hash = SHA256()
        func put(_ bytes: UnsafeRawBufferPointer) throws {
            hash.update(bytes)
            try write(bytes)
        }
        try header(of: text).withUnsafeBytes(put)
        for (group, pages) in zip(pool.groups, text.snapshot.pages) {
            for page in pages.dropLast() { try put(UnsafeRawBufferPointer(page.bytes)) }
            guard let last = pages.last else { continue }
            let copy = try tidied(last, of: group, positions: text.snapshot.count)
            try withExtendedLifetime(copy) { try put(UnsafeRawBufferPointer(copy.bytes)) }
        }
        withExtendedLifetime(text) {}
        try hash.bytes().withUnsafeBytes(write)
    }

    /// All that is before the pages.
    private func header(of text: SavedText) -> [UInt8] {
        let counts = pageCounts(positions: text.snapshot.count)
        var bytes = target.fingerprint.bytes
        for type in [pool.types.key, pool.types.value] {
            let name = Array(type.rawValue.utf8)
            bytes += name + [UInt8](repeating: 0, count: Self.typeNameLength - name.count)
        }
        for number in [text.snapshot.count, text.tokens.count, pool.groups.count] {
            bytes.append(littleEndian: UInt32(number))
        }
        for (group, pages) in zip(pool.groups, counts) {
            let layout = group.pages.layout
            bytes.append(littleEndian: UInt32(group.window ?? 0))
            bytes.append(littleEndian: UInt64(layout.byteCount))
            bytes.append(littleEndian: UInt32(pages))
            bytes.append(littleEndian: UInt32(layout.layers.count))
            for layer in layout.layers {
                bytes.append(littleEndian: UInt32(layer.headCount))
                bytes.append(littleEndian: UInt32(layer.width))
            }
        }
        for token in text.tokens { bytes.append(littleEndian: token) }
        let pageBytes = zip(pool.groups, counts).reduce(0) { $0 + $1.0.pages.layout.byteCount * $1.1 }
        var start = Self.magic
        start.append(littleEndian: Self.version)
        let length = start.count + MemoryLayout<UInt64>.size + bytes.count + pageBytes + Self.checksumLength
        start.append(littleEndian: UInt64(length))
        return start + bytes
    }

    // MARK: - The last page

    /// A copy of the last page of a text. What is in its memory after the text may be of another text, or of nothing.
    private func tidied(
        _ page: CachePage, of group: CachePool.Group, positions: Int
    ) throws(TensorError) -> CachePage {
        let copy = try group.pages.page()
        copy.bytes.copyMemory(from: UnsafeRawBufferPointer(page.bytes))
        let used = positions % PageLayout.length
        guard used > 0, var start = copy.bytes.baseAddress else { return copy }
        let (layout, kernels) = (group.pages.layout, Kernels.current)
        for layer in layout.layers {
            let keyBytes = kernels.keyBlockBytes(layout.keyType, width: layer.width)
            let valueBytes = kernels.valueBlockBytes(layout.valueType, width: layer.width)
            let values = start + layer.headCount * Self.blocks * keyBytes
            clear(keyBytes, of: layer, from: used, at: start) { kernels.store($0, asKeys: layout.keyType, in: $1) }
            clear(valueBytes, of: layer, from: used, at: values) {
                kernels.store($0, asValues: layout.valueType, in: $1)
            }
            start += layer.byteCount
        }
        return copy
    }

    /// Blocks of a head in a page.
    private static let blocks = PageLayout.length / CacheView.blockLength

    /// Clears the blocks that no position before `used` is in, and stores zeros after the last position in the block
    /// that has some.
    /// - Parameters:
    ///   - byteCount: of a block.
    ///   - start: the layer's keys or values, `[headCount, 4, block]`.
    private func clear(
        _ byteCount: Int, of layer: PageLayout.Layer, from used: Int, at start: UnsafeMutableRawPointer,
        store: (StoredRows, UnsafeMutableRawPointer) -> Void
    ) {
        let zeros = [Float](repeating: 0, count: CacheView.blockLength * layer.width)
        for head in 0..<layer.headCount {
            for block in used / CacheView.blockLength..<Self.blocks {
                let place = start + (head * Self.blocks + block) * byteCount
                let lane = used - block * CacheView.blockLength
                guard lane > 0 else {
                    place.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
                    continue
                }
                zeros.withUnsafeBufferPointer { zeros in
                    guard let base = zeros.baseAddress else { return }
                    let rows = StoredRows(
                        base: base, stride: layer.width, count: CacheView.blockLength - lane, width: layer.width,
                        lane: lane)
                    store(rows, place)
                }
            }
        }
    }
}
