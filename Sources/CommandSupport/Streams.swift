import Foundation
package import Logging

/// For statistics, progress and errors. Failures to write are ignored.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    package static func write(_ text: String) {
        _ = writeAll(text, to: STDERR_FILENO)
        TerminalLine.note(text)
    }
}

/// For text and results.
package enum StandardOutput {
    package static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Writes immediately, without a buffer.
    package static func write(_ text: String) throws(OutputError) {
        let error = writeAll(text, to: STDOUT_FILENO)
        guard error == 0 else {
            throw error == EPIPE ? .closed : .cannotWrite(reason: String(cString: strerror(error)))
        }
        if isTerminal { TerminalLine.note(text) }
    }
}

package enum OutputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The reader has gone away. The command then ends silently.
    case closed
    case cannotWrite(reason: String)

    package var description: String {
        switch self {
        case .closed: "standard output is closed"
        case .cannotWrite(let reason): "cannot write to standard output: \(reason)"
        }
    }
}

/// Reopens closed standard streams on /dev/null, so that no file inherits their descriptors and receives their output.
/// Reading and writing them still fails, because they are opened for the opposite direction.
func occupyStandardStreams() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
        _ = open("/dev/null", mode)  // gets the lowest free descriptor, which is this one
    }
}

/// Log lines for a terminal: `warning: message`.
package struct PlainLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel = Logger.Level.notice

    package init() {}

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        StandardError.write("\(event.level): \(event.message)\n")
    }
}
