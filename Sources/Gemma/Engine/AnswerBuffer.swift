import Synchronization

/// What has been written of an answer and not been taken, and who waits for it.
final class AnswerBuffer: Sendable {
    private let state = Mutex(State())
    /// Called, from any thread, when the writer may go on after `append` told it to pause.
    private let resume: @Sendable () -> Void

    /// Updates that may wait to be taken. A writer that is this far ahead pauses.
    private static let most = 256

    private struct State {
        var updates: [EngineUpdate] = []
        var end: Result<Void, any Error>?
        var reader: CheckedContinuation<EngineUpdate?, any Error>?
        var isPaused = false
    }

    init(resume: @escaping @Sendable () -> Void) { self.resume = resume }

    // MARK: - Writing

    /// - Returns: whether to go on. If not, `resume` is called when it is time.
    func append(_ update: EngineUpdate) -> Bool {
        let (reader, goesOn) = state.withLock { state -> (CheckedContinuation<EngineUpdate?, any Error>?, Bool) in
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            state.updates.append(update)
            state.isPaused = state.updates.count >= Self.most
            return (nil, !state.isPaused)
        }
        reader?.resume(returning: update)
        return goesOn
    }

    /// Ends the answer. What has been written can still be taken, unless it ends with an error.
    func finish(_ end: Result<Void, any Error>) {
        let reader = state.withLock { state in
            defer { state.reader = nil }
            if state.end == nil { state.end = end }
            if case .failure = end { state.updates = [] }
            state.isPaused = false
            return state.reader
        }
        reader?.resume(with: end.map { nil })
    }

    /// - Returns: whether the writer was paused; `resume` is not going to be called.
    func stopPausing() -> Bool {
        state.withLock { state in
            defer { state.isPaused = false }
            return state.isPaused
        }
    }

    // MARK: - Reading

    func next() async throws -> EngineUpdate? {
        try await withCheckedThrowingContinuation { continuation in
            let (outcome, resumes) = state.withLock { state -> (Result<EngineUpdate?, any Error>?, Bool) in
                guard state.updates.isEmpty else {
                    let update = state.updates.removeFirst()
                    let resumes = state.isPaused && state.updates.count <= Self.most / 2
                    if resumes { state.isPaused = false }
                    return (.success(update), resumes)
                }
                if let end = state.end { return (end.map { nil }, false) }
                // Of two readers of an answer only the second one goes on.
                if let other = state.reader { other.resume(throwing: CancellationError()) }
                state.reader = continuation
                return (nil, false)
            }
            if resumes { resume() }
            if let outcome { continuation.resume(with: outcome) }
        }
    }
}
