internal import Foundation

/// Lines of a terminal that cannot move its cursor: the terminal itself edits them.
enum PlainLine {
    /// - Parameter prefill: shown, and part of the line; it cannot be changed here.
    static func read(prompt: String, prefill: String) -> LineInput {
        put(prompt + prefill)
        var bytes: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            switch Foundation.read(STDIN_FILENO, &byte, 1) {
            case 1 where byte == UInt8(ascii: "\n"): return .line(prefill + String(decoding: bytes, as: UTF8.self))
            case 1: bytes.append(byte)
            case -1 where errno == EINTR: continue
            case -1 where errno == EAGAIN:
                var place = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
                _ = poll(&place, 1, -1)
            default:
                return bytes.isEmpty ? .endOfInput : .line(prefill + String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    private static func put(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
