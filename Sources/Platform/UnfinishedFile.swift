import Foundation

/// A file that is written beside its place and takes it when all is there: whatever happens before, the place is as it was
/// and nothing else stays.
package final class UnfinishedFile {
    private let url: URL
    private let path: String
    private var descriptor: Int32
    private let watch: WatchedFiles.Watch

    /// Begins a file that shall be `url`.
    package init(_ url: URL) throws(SystemError) {
        while true {
            // A name of its own, since another process, in a container even with the same number, may be writing the same file.
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

    /// Puts the file in its place, over what may be there.
    package func finish() throws(SystemError) {
        // Before the name: after a power cut there must not be a file of the right name and size full of zeros, and some
        // systems say only here that the disk is full. Those that cannot synchronize say EINVAL or ENOTSUP.
        guard fsync(descriptor) == 0 || [EINVAL, ENOTSUP].contains(errno) else { throw SystemError() }
        guard rename(path, url.path) == 0 else { throw SystemError() }
        watch.end()
        // What closing could complain of, synchronizing has.
        close(descriptor)
        descriptor = -1
    }
}
