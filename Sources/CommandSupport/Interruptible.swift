import Dispatch
import Foundation
import Synchronization

/// Runs work that Ctrl-C ends in good order.
package enum Interruptible {
    package enum Outcome {
        case finished
        case interrupted
    }

    /// Runs `work` in a task that the first Ctrl-C cancels; the second one kills the process.
    package static func run(_ work: @escaping @Sendable () async throws -> Void) async throws -> Outcome {
        // Before the work begins: its first text may already be what the user interrupts.
        let interruption = Interruption()
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            endAtOnce()
            interruption.trigger()
        }
        source.resume()
        let task = Task(operation: work)
        interruption.cancels(task)
        defer {
            source.cancel()
            endAtOnce()
        }
        do {
            try await task.value
            return .finished
        } catch is CancellationError {
            return .interrupted
        }
    }

    /// What Ctrl-C does from now on.
    private static func endAtOnce() {
        signal(SIGINT, SIG_DFL)
        Signals.removeUnfinishedFiles(at: SIGINT)
    }
}

/// Cancels a task that may not have begun yet.
private final class Interruption: Sendable {
    private let state = Mutex<(task: Task<Void, any Error>?, isTriggered: Bool)>((nil, false))

    func trigger() {
        state.withLock { state in
            state.isTriggered = true
            state.task?.cancel()
        }
    }

    func cancels(_ task: Task<Void, any Error>) {
        state.withLock { state in
            state.task = task
            if state.isTriggered { task.cancel() }
        }
    }
}
