import Foundation
package import Logging

/// The stream of figures, progress and errors. Failures to write are of no interest to anybody.
package enum StandardError {
    package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    package static func write(_ text: String) {
        _ = writeAll(text, to: STDERR_FILENO)
        TerminalLine.note(text)
    }
}

/// The stream of text.
package enum StandardOutput {
    package static let isTerminal = isatty(STDOUT_FILENO) == 1

    /// Writes at once, without a buffer.
    package static func write(_ text: String) throws(OutputError) {
        let error = writeAll(text, to: STDOUT_FILENO)
        guard error == 0 else {
            throw error == EPIPE ? .closed : .cannotWrite(reason: String(cString: strerror(error)))
        }
        if isTerminal { TerminalLine.note(text) }
    }
}

package enum OutputError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nobody reads any more. A command then ends quietly.
    case closed
    case cannotWrite(reason: String)

    package var description: String {
        switch self {
        case .closed: "standard output is closed"
        case .cannotWrite(let reason): "cannot write to standard output: \(reason)"
        }
    }
}

/// Opens what of the three streams is closed, so that no file gets its number, and with it what was meant for the stream.
/// Reading and writing still fail: the null device is opened for the opposite.
func occupyStandardStreams() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
        _ = open("/dev/null", mode)  // gets the lowest number, which is this one
    }
}

/// Log lines as a person at a terminal wants them: `warning: message`.
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
