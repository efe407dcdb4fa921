internal import Synchronization

/// The calls that are on the screen. The question about a call may come before what shows the answer has come so far.
final class ShownCalls: Sendable {
    private struct State {
        /// Identifiers of calls.
        var shown: Set<String> = []
        var waiting: [String: CheckedContinuation<Bool, Never>] = [:]
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// An answer begins: calls are going to be shown.
    func begin() { state.withLock { $0.hasEnded = false } }

    func add(_ call: String) {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            state.shown.insert(call)
            return state.waiting.removeValue(forKey: call)
        }
        next?.resume(returning: true)
    }

    /// Waits until the call is shown.
    /// - Returns: whether it is; not after `end()` or in a task that is cancelled.
    func wait(for call: String) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isShown = state.withLock { state -> Bool? in
                    if state.hasEnded || Task.isCancelled { return false }
                    if state.shown.contains(call) { return true }
                    state.waiting[call] = continuation
                    return nil
                }
                if let isShown { continuation.resume(returning: isShown) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: call) }?.resume(returning: false)
        }
    }

    /// Nothing more is going to be shown.
    func end() {
        let waiting = state.withLock { state in
            defer {
                state = State()
                state.hasEnded = true
            }
            return state.waiting.values
        }
        for place in waiting { place.resume(returning: false) }
    }
}
