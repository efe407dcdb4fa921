internal import Foundation
internal import Platform

/// A text that a process reads, in a file without a name.
///
/// Not in a pipe, since a process may end without reading it: that would be SIGPIPE here, and swift-subprocess 1.0
/// traps where it cannot write all of its input.
struct InputFile: ~Copyable {
    let descriptor: Int32

    /// - Throws: `SystemError`.
    init(_ text: String) throws(SystemError) {
        let template = NSTemporaryDirectory() + "/gemma-tool-XXXXXX"
        var path = Array(template.utf8CString)
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw SystemError() }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError() }
            rest = rest.dropFirst(count)
        }
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw SystemError() }
    }

    deinit { close(descriptor) }
}
