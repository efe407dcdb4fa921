import Foundation

/// A file that is written under a temporary name and renamed when it is complete. Until then the file at the final name
/// stays as it was; if writing fails, the temporary file is removed.
package final class UnfinishedFile {
    private let url: URL
    private let path: String
    private var descriptor: Int32
    private let watch: WatchedFiles.Watch

    /// Creates the file that `finish()` renames to `url`.
    package init(_ url: URL) throws(SystemError) {
        while true {
            // A random name: another process may be writing the same file, and in a container it may even have the same
            // process number.
            let name = String(format: "%08x.part", UInt32.random(in: 0...UInt32.max))
            let path = url.appendingPathExtension(name).path
            let watch = WatchedFiles.unfinished.add(path)
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                (self.url, self.path, self.descriptor, self.watch) = (url, path, descriptor, watch)
                return
            }
            let error = SystemError()
            watch.end()
            guard error.number == EEXIST || error.number == EINTR else { throw error }
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(path)
        watch.end()
    }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError() }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    /// Gives the file its final name, and replaces whatever has that name.
    package func finish() throws(SystemError) {
        // Before renaming, since a power cut could otherwise leave a file of the right name and size full of zeros.
        // Some systems report a full disk only here. Those that cannot synchronize report EINVAL or ENOTSUP.
        guard fsync(descriptor) == 0 || [EINVAL, ENOTSUP].contains(errno) else { throw SystemError() }
        guard rename(path, url.path) == 0 else { throw SystemError() }
        watch.end()
        // fsync has reported any error that close could.
        close(descriptor)
        descriptor = -1
    }
}
