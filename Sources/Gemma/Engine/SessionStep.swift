import Synchronization

extension GemmaSession {
    /// Reads some of the prompt or runs a round, perhaps in one pass with other sessions.
    /// - Returns: nil if the generation has ended.
    /// - Throws: `CancellationError` as soon as the task is cancelled and no other session needs the pass.
    package func step(_ generation: Int) async throws -> StepResult? {
        let step = SessionStep(self, generation, order: order)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                step.begin(continuation)
                model.engine.loop.submit(step)
            }
        } onCancel: {
            step.cancel()
        }
    }
}

/// A step that an iterating task waits for.
final class SessionStep: StepClient {
    let order: Int
    private let session: GemmaSession
    private let generation: Int
    private let isGivenUp = Atomic<Bool>(false)
    private let continuation = Mutex<CheckedContinuation<StepResult?, any Error>?>(nil)

    init(_ session: GemmaSession, _ generation: Int, order: Int) {
        self.session = session
        self.generation = generation
        self.order = order
    }

    func begin(_ continuation: CheckedContinuation<StepResult?, any Error>) {
        self.continuation.withLock { $0 = continuation }
    }

    func cancel() { isGivenUp.store(true, ordering: .relaxed) }

    // MARK: - StepClient

    var slot: GenerationSlot { session.slot }
    var isCancelled: Bool { isGivenUp.load(ordering: .relaxed) }
    var asksAgain: Bool { true }

    func check() throws { try session.check(generation) }

    func record(
        _ result: Result<StepResult?, any Error>, _ generation: Generation
    ) -> Result<StepResult?, any Error> {
        // Figures count what was done before an error, too.
        do { try session.publish(generation, (try? result.get())?.tokens ?? [], of: self.generation) } catch {
            return .failure(error)
        }
        return result
    }

    func deliver(_ result: Result<StepResult?, any Error>) {
        let continuation = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        continuation?.resume(with: result)
    }
}
