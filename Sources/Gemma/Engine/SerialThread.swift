import Foundation

/// Runs blocking work on one thread of its own.
///
/// A pass of the model takes milliseconds to seconds. On Swift's cooperative threads, of which there are as many as
/// cores, a few sessions at once would keep every other task of the program from running.
actor Worker {
    nonisolated let thread: SerialThread

    init(name: String) { thread = SerialThread(name: name) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Runs `body` on the thread, after all earlier calls. It belongs to the calling task, so it sees its cancellation.
    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) rethrows -> Result { try body() }
}

/// An executor that is one thread. The thread ends when the executor is released.
final class SerialThread: SerialExecutor {
    private let queue = JobQueue()

    init(name: String) {
        let queue = queue  // the thread must not keep the executor alive
        let thread = Thread { queue.work() }
        thread.name = name
        thread.qualityOfService = .userInitiated
        thread.start()
    }

    deinit { queue.stop() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.append { [self] in job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    /// Runs `body` on the thread, after all that was enqueued before.
    func perform(_ body: @escaping @Sendable () -> Void) { queue.append { [self] in withExtendedLifetime(self, body) } }
}

/// The jobs that wait for a thread.
private final class JobQueue: @unchecked Sendable {  // `jobs` and `isStopped` are only touched under `condition`
    /// A waiting job keeps its executor alive.
    private var jobs: [@Sendable () -> Void] = []
    private var isStopped = false
    private let condition = NSCondition()

    func append(_ job: @escaping @Sendable () -> Void) {
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    func stop() {
        condition.withLock {
            isStopped = true
            condition.signal()
        }
    }

    /// The life of the thread.
    func work() { while let job = next() { job() } }

    private func next() -> (@Sendable () -> Void)? {
        condition.withLock {
            while jobs.isEmpty, !isStopped { condition.wait() }
            return jobs.isEmpty ? nil : jobs.removeFirst()
        }
    }
}
