import Dispatch
import Foundation

/// Runs work that Ctrl-C ends in good order.
enum Interruptible {
    enum Outcome {
        /// With what the work returned.
        case finished(Bool)
        case interrupted
    }

    /// Runs `work` in a task that the first Ctrl-C cancels; the second one kills the process.
    static func run(_ work: @escaping @Sendable () async throws -> Bool) async throws -> Outcome {
        signal(SIGPIPE, SIG_IGN)  // a closed pipe is an error of `write`, not the end of the process
        let task = Task(operation: work)
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            task.cancel()
        }
        source.resume()
        defer {
            source.cancel()
            signal(SIGINT, SIG_DFL)
        }
        do {
            return .finished(try await task.value)
        } catch is CancellationError {
            return .interrupted
        }
    }
}
