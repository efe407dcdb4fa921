import Foundation

/// Runs blocking work on one thread of its own.
///
/// A pass of the model takes milliseconds to seconds. On Swift's cooperative threads, of which there are as many as
/// cores, a few sessions at once would keep every other task of the program from running.
actor Worker {
    private nonisolated let thread = SerialThread(name: "gemma-session")

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

    func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job), for: self) }
}

/// The jobs that wait for a thread.
private final class JobQueue: @unchecked Sendable {  // `jobs` and `isStopped` are only touched under `condition`
    /// A waiting job keeps its executor alive.
    private var jobs: [(job: UnownedJob, executor: SerialThread)] = []
    private var isStopped = false
    private let condition = NSCondition()

    func append(_ job: UnownedJob, for executor: SerialThread) {
        condition.withLock {
            jobs.append((job, executor))
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
    func work() {
        while let (job, executor) = next() {
            withExtendedLifetime(executor) { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
        }
    }

    private func next() -> (job: UnownedJob, executor: SerialThread)? {
        condition.withLock {
            while jobs.isEmpty, !isStopped { condition.wait() }
            return jobs.isEmpty ? nil : jobs.removeFirst()
        }
    }
}
