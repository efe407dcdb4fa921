internal import Synchronization

/// The calls that are on the screen. A tool may run before what shows the answer has come so far.
final class ShownCalls: Sendable {
    private struct State {
        var shown: [String: Int] = [:]
        var waiting: [(name: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func add(_ name: String) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if let index = state.waiting.firstIndex(where: { $0.name == name }) {
                return state.waiting.remove(at: index).continuation
            }
            state.shown[name, default: 0] += 1
            return nil
        }
        next?.resume()
    }

    /// Waits until a call of the tool is shown that nobody has waited for.
    func wait(for name: String) async {
        await withCheckedContinuation { continuation in
            let isShown = state.withLock { state in
                guard let count = state.shown[name], count > 0 else {
                    state.waiting.append((name, continuation))
                    return false
                }
                state.shown[name] = count - 1
                return true
            }
            if isShown { continuation.resume() }
        }
    }

    /// Nothing more is going to be shown.
    func end() {
        let waiting = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for place in waiting { place.continuation.resume() }
    }
}
