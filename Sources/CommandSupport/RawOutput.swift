import Foundation

/// Writes all of `text`. Waits if the descriptor is non-blocking, as another user of the same pipe may have made it.
/// - Returns: 0, or the system's error number.
func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if errno == EAGAIN {
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&place, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}

/// Writes `text` without allocating or locking, so that signal handlers may call it.
func put(_ text: StaticString, to descriptor: Int32 = STDERR_FILENO) {
    _ = write(descriptor, text.utf8Start, text.utf8CodeUnitCount)
}
