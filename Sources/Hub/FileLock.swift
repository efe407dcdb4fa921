import Foundation
import Platform

/// A lock that one process at a time holds: flock(2), as Python's programs for the hub use. It ends with the process.
final class FileLock: Sendable {
    private let descriptor: Int32

    private static let pause = Duration.milliseconds(100)

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Waits for the lock.
    /// - Parameter waiting: called once if another process holds it.
    /// - Throws: `SystemError` or `CancellationError`.
    static func acquire(_ path: String, waiting: () -> Void) async throws -> FileLock {
        var hasWaited = false
        while true {
            if let lock = try attempt(path) { return lock }
            if !hasWaited { waiting() }
            hasWaited = true
            try await Task.sleep(for: pause)
        }
    }

    private static func attempt(_ path: String) throws(SystemError) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o664)
        guard descriptor >= 0 else { throw SystemError() }
        let lock = FileLock(descriptor)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError()
            // Some file systems have no locks; the checksum then still finds what two writers spoil.
            if [ENOTSUP, ENOSYS, ENOLCK].contains(error.number) { return lock }
            guard error.number == EWOULDBLOCK || error.number == EINTR else { throw error }
            return nil
        }
        // Whoever held it may have deleted the file, and another process may have made it anew.
        var (own, current) = (stat(), stat())
        guard fstat(descriptor, &own) == 0, stat(path, &current) == 0, own.st_ino == current.st_ino else { return nil }
        return lock
    }
}
