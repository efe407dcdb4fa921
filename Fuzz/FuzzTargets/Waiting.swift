import Dispatch
import Synchronization

/// Waits for what is asynchronous, which has a thread of its own: the caller's may be the last one that Swift has.
func waiting<Value: Sendable>(for body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let outcome = Outcome<Value>()
    let isDone = DispatchSemaphore(value: 0)
    Task.detached(executorPreference: QueueExecutor()) {
        do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
        isDone.signal()
    }
    isDone.wait()
    return try outcome.get()
}

private final class QueueExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "gemma-fuzz")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ result: Result<Value, any Error>) { self.result.withLock { $0 = result } }

    func get() throws -> Value {
        guard let result = result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
