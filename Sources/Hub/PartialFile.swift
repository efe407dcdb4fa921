import Checksum
import Foundation
import Platform
import Synchronization

/// A blob that is not complete yet. It stays when a download is interrupted, and the next one continues it.
final class PartialFile: Sendable {
    private struct State {
        var count = 0
        var hash = SHA256()
    }

    private let path: String
    private let blob: String
    private let descriptor: Int32
    private let state = Mutex(State())

    /// The bytes that are read at a time.
    private static let pieceSize = 4 << 20

    static func path(of blob: String) -> String { blob + ".incomplete" }

    /// Opens what an earlier download has left, or begins a file. Nothing is known of its bytes until `check` has read
    /// them.
    init(of blob: String) throws(SystemError) {
        path = PartialFile.path(of: blob)
        self.blob = blob
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw SystemError() }
    }

    deinit { close(descriptor) }

    /// How many bytes are in the file and in the checksum.
    var count: Int { state.withLock(\.count) }

    /// Takes the next bytes of the file into the checksum.
    /// - Returns: whether there were any.
    func check() throws(SystemError) -> Bool {
        try state.withLock { state throws(SystemError) in
            let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: PartialFile.pieceSize, alignment: 16)
            defer { piece.deallocate() }
            let count = pread(descriptor, piece.baseAddress, piece.count, off_t(state.count))
            guard count >= 0 else { throw SystemError() }
            state.hash.update(UnsafeRawBufferPointer(rebasing: piece.prefix(count)))
            state.count += count
            return count > 0
        }
    }

    /// Appends bytes to what has been checked.
    func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            var rest = bytes
            while !rest.isEmpty {
                let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(state.count))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemError() }
                let written = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
                state.hash.update(written)
                state.count += count
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }

    /// Begins anew.
    func clear() throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            guard ftruncate(descriptor, 0) == 0 else { throw SystemError() }
            state = State()
        }
    }

    /// The SHA-256 of all bytes.
    var checksum: String { state.withLock { $0.hash.finish() } }

    /// Gives the file its final name.
    func finish() throws(SystemError) {
        // Before renaming, since a power cut could otherwise leave a file of the right name and size full of zeros.
        guard fsync(descriptor) == 0 || [EINVAL, ENOTSUP].contains(errno), rename(path, blob) == 0 else {
            throw SystemError()
        }
    }

    func remove() { unlink(path) }
}
