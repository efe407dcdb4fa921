import Foundation
import GGUF
import Platform
import Tensor

/// Bytes between two inaccessible pages: reading or writing past either end stops the process at once.
///
/// Bytes that do not fill whole pages touch only one of the two; `edge` says which.
final class GuardedMemory: @unchecked Sendable {
    enum Edge: CaseIterable, Sendable {
        case start, end
    }

    let bytes: UnsafeMutableRawBufferPointer
    private let mapping: UnsafeMutableRawBufferPointer

    init(byteCount: Int, at edge: Edge = .end) throws {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let inner = max(1, (byteCount + page - 1) / page) * page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let base = mmap(nil, inner + 2 * page, PROT_NONE, flags, -1, 0), base != MAP_FAILED,
            mprotect(base + page, inner, PROT_READ | PROT_WRITE) == 0
        else { throw TensorError.outOfMemory(bytes: inner) }
        mapping = UnsafeMutableRawBufferPointer(start: base, count: inner + 2 * page)
        bytes = UnsafeMutableRawBufferPointer(
            start: base + page + (edge == .end ? inner - byteCount : 0), count: byteCount)
    }

    convenience init(_ array: [UInt8], at edge: Edge = .end) throws {
        try self.init(byteCount: array.count, at: edge)
        bytes.copyBytes(from: array)
    }

    deinit { munmap(mapping.baseAddress, mapping.count) }

    /// The bytes as those of a mapped file.
    var region: ByteRegion { ByteRegion(bytes: UnsafeRawBufferPointer(bytes), owner: self) }
}

extension [Float] {
    /// The output of `body` for this input, in `count` floats that are NaN at first. Both end where an inaccessible
    /// page begins, or begin where one ends.
    func guarded(
        _ edge: GuardedMemory.Edge, width: Int, to count: Int, width outputWidth: Int,
        _ body: (Rows, Rows) throws -> Void
    ) throws -> [Float] {
        let input = try withUnsafeBytes { try GuardedMemory(Array<UInt8>($0), at: edge) }
        let output = try [Float](repeating: .nan, count: count).withUnsafeBytes {
            try GuardedMemory(Array<UInt8>($0), at: edge)
        }
        return try withExtendedLifetime((input, output)) {
            try body(input.rows(width: width), output.rows(width: outputWidth))
            return Array(output.bytes.bindMemory(to: Float.self))
        }
    }
}

extension GuardedMemory {
    /// The bytes as rows of floats; keep the memory alive.
    func rows(width: Int) -> Rows {
        Rows(base: base.assumingMemoryBound(to: Float.self), count: bytes.count / 4 / width, width: width)
    }

    /// Where the bytes begin.
    var base: UnsafeMutableRawPointer { bytes.baseAddress! }
}
