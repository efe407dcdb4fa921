import Foundation

package enum StandardInput {
    /// Whether a pipe or a file holds something to read. Never waits.
    package static var holdsData: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return lseek(STDIN_FILENO, 0, SEEK_CUR) < status.st_size
        case S_IFIFO:
            #if canImport(Darwin)
                return status.st_size > 0
            #else
                var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
                return poll(&input, 1, 0) == 1 && input.revents & Int16(POLLIN) != 0
            #endif
        default: return false
        }
    }
}
