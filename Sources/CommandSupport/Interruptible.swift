import Dispatch
import Foundation
import Synchronization

/// Runs work that Ctrl-C ends in good order.
package enum Interruptible {
    package enum Outcome {
        /// With what the work returned.
        case finished(Bool)
        case interrupted
    }

    /// Runs `work` in a task that the first Ctrl-C cancels; the second one kills the process.
    package static func run(_ work: @escaping @Sendable () async throws -> Bool) async throws -> Outcome {
        signal(SIGPIPE, SIG_IGN)  // a closed pipe is an error of `write`, not the end of the process
        // Before the work begins: its first text may already be what the user interrupts.
        let interruption = Interruption()
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            signal(SIGINT, SIG_DFL)
            interruption.trigger()
        }
        source.resume()
        let task = Task(operation: work)
        interruption.cancels(task)
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

/// Cancels a task that may not have begun yet.
private final class Interruption: Sendable {
    private let state = Mutex<(task: Task<Bool, any Error>?, isTriggered: Bool)>((nil, false))

    func trigger() {
        state.withLock { state in
            state.isTriggered = true
            state.task?.cancel()
        }
    }

    func cancels(_ task: Task<Bool, any Error>) {
        state.withLock { state in
            state.task = task
            if state.isTriggered { task.cancel() }
        }
    }
}
