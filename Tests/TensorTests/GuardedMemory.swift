import Foundation
import GGUF
import Tensor

/// Bytes between two pages that nobody may touch: whoever reads or writes past either end is stopped at once.
///
/// A page has two ends but bytes of some length touch one of them only; `edge` says which.
final class GuardedMemory: @unchecked Sendable {
    enum Edge: CaseIterable, Sendable {
        case start, end
    }

    let bytes: UnsafeMutableRawBufferPointer
    private let mapping: UnsafeMutableRawBufferPointer

    init(byteCount: Int, at edge: Edge = .end) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let inner = max(1, (byteCount + page - 1) / page) * page
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        guard let base = mmap(nil, inner + 2 * page, PROT_NONE, flags, -1, 0), base != MAP_FAILED,
            mprotect(base + page, inner, PROT_READ | PROT_WRITE) == 0
        else { fatalError("the system refuses \(inner) bytes") }
        mapping = UnsafeMutableRawBufferPointer(start: base, count: inner + 2 * page)
        bytes = UnsafeMutableRawBufferPointer(
            start: base + page + (edge == .end ? inner - byteCount : 0), count: byteCount)
    }

    convenience init(_ array: [UInt8], at edge: Edge = .end) {
        self.init(byteCount: array.count, at: edge)
        bytes.copyBytes(from: array)
    }

    deinit { munmap(mapping.baseAddress, mapping.count) }

    /// The bytes as a file's are seen.
    var region: ByteRegion { ByteRegion(bytes: UnsafeRawBufferPointer(bytes), owner: self) }
}

/// Floats `[count, width]` between two such pages.
struct GuardedRows {
    private let memory: GuardedMemory
    let rows: Rows

    init(_ values: [Float], width: Int, at edge: GuardedMemory.Edge = .end) {
        memory = values.withUnsafeBytes { GuardedMemory(Array($0), at: edge) }
        let base = memory.bytes.bindMemory(to: Float.self)
        rows = Rows(base: base.baseAddress!, count: values.count / width, width: width)
    }

    /// What the rows hold now.
    var values: [Float] { withExtendedLifetime(memory) { Array(memory.bytes.bindMemory(to: Float.self)) } }
}
