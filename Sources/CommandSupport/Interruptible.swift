import Dispatch
import Foundation
import Synchronization

/// Runs work that Ctrl-C cancels.
package enum Interruptible {
    package enum Outcome {
        case finished
        case interrupted
    }

    /// Runs `work` in a task that the first Ctrl-C cancels; the second one kills the process.
    package static func run(_ work: @escaping @Sendable () async throws -> Void) async throws -> Outcome {
        let interruption = Interruption()
        // Before the work begins, since the user may interrupt at once.
        let source = try Signals.notifyOfInterrupt { interruption.trigger() }
        let task = Task(operation: work)
        interruption.cancels(task)
        defer {
            Signals.removeUnfinishedFiles(at: SIGINT)
            source.cancel()
        }
        do {
            try await task.value
            return .finished
        } catch is CancellationError {
            return .interrupted
        }
    }
}

/// Cancels a task that may not have started yet.
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
