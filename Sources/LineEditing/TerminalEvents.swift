internal import Foundation
internal import Synchronization

/// What a program that reads a terminal waits for.
enum TerminalEvents {
    enum Event: Equatable {
        case byte(UInt8)
        case resize
        case timeOut
        case endOfInput
    }

    /// The handler of SIGWINCH writes to its end.
    private static let resizing = Atomic<Int32>(-1)
    private static let pipeEnds = Mutex<(read: Int32, write: Int32)?>(nil)

    /// Makes changes of the window's size events.
    static func watchSize() {
        pipeEnds.withLock { ends in
            guard ends == nil else { return }
            var made: [Int32] = [-1, -1]
            guard pipe(&made) == 0 else { return }
            for end in made {
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            }
            ends = (made[0], made[1])
            resizing.store(made[1], ordering: .releasing)
            signal(SIGWINCH) { _ in
                let error = errno  // of the interrupted code
                var byte: UInt8 = 0
                _ = write(TerminalEvents.resizing.load(ordering: .acquiring), &byte, 1)
                errno = error
            }
        }
    }

    /// - Parameter timeout: in milliseconds; -1 for none.
    static func next(timeout: Int32) -> Event {
        let resized = pipeEnds.withLock { $0?.read } ?? -1
        while true {
            // A negative descriptor is not looked at.
            var places = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: resized, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&places, nfds_t(places.count), timeout)
            if count < 0, errno == EINTR { continue }
            guard count != 0 else { return .timeOut }
            guard count > 0 else { return .endOfInput }
            if places[1].revents != 0 {
                var bytes = [UInt8](repeating: 0, count: 64)
                while read(resized, &bytes, bytes.count) > 0 {}
                return .resize
            }
            var byte: UInt8 = 0
            switch read(STDIN_FILENO, &byte, 1) {
            case 1: return .byte(byte)
            case -1 where errno == EINTR || errno == EAGAIN: continue
            default: return .endOfInput
            }
        }
    }
}
