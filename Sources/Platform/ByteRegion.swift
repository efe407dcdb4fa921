import Foundation

/// Read-only bytes together with whatever keeps them in memory: a mapped file, or an array.
///
/// Sendable because the bytes never change while the owner lives.
package struct ByteRegion: @unchecked Sendable {
    package let bytes: UnsafeRawBufferPointer
    private let owner: AnyObject

    package init(bytes: UnsafeRawBufferPointer, owner: AnyObject) {
        self.bytes = bytes
        self.owner = owner
    }

    /// Maps the file at `url`.
    package init(contentsOf url: URL) throws(MappingError) {
        let map = try MappedFile(url)
        self.init(bytes: map.bytes, owner: map)
    }

    /// A copy of `array` on the heap.
    package init(_ array: [UInt8]) {
        let heap = HeapBytes(array)
        self.init(bytes: UnsafeRawBufferPointer(heap.bytes), owner: heap)
    }

    /// Tells the system that only a few scattered parts will be read, so that it does not read ahead.
    package func adviseRandomAccess() {
        guard let base = bytes.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = UnsafeMutableRawPointer(mutating: base).alignedDown(toMultipleOf: page)
        // Only advice, so failure does not matter.
        madvise(start, base + bytes.count - UnsafeRawPointer(start), MADV_RANDOM)
    }

    /// The part at `range`, which must be inside the region.
    package func slice(_ range: Range<Int>) -> ByteRegion {
        ByteRegion(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]), owner: owner)
    }
}

private final class HeapBytes {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ array: [UInt8]) {
        bytes = .allocate(byteCount: array.count, alignment: 64)
        bytes.copyBytes(from: array)
    }

    deinit { bytes.deallocate() }
}
