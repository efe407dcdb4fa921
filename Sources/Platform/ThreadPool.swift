import Foundation
import Synchronization

/// Work that is split into pieces. Each thread has a run of adjacent pieces, so that it reads memory in order. A thread
/// that has finished takes pieces from the far ends of the others' runs, so that all finish together.
///
/// A struct of pointers and sizes rather than a closure: a closure that threads share lives on the heap, and a decode
/// step allocates nothing.
package protocol ParallelJob {
    /// Does piece `index`. `thread` numbers the thread that runs it, from 0: an index for scratch memory.
    func run(_ index: Int, thread: Int)
}

/// A fixed set of threads that work on one job at a time, the caller among them.
///
/// Between jobs the threads spin for some microseconds and then sleep. Waking a thread costs some 50 microseconds on a
/// virtual machine, so a pass of a model, with its hundreds of jobs, keeps them awake (`keepAwake`). A thread that the
/// system has not scheduled never holds up a job: it joins while pieces are left or not at all.
package final class ThreadPool: Sendable {
    package let threadCount: Int
    private let board: JobBoard
    private let exclusive = Mutex(())

    /// - Parameter threadCount: threads in all, the caller included; at least 1.
    package init(threadCount: Int = ThreadPool.defaultThreadCount) {
        self.threadCount = max(1, threadCount)
        board = JobBoard(threadCount: self.threadCount)
        for thread in 1..<max(2, self.threadCount) where self.threadCount > 1 {
            let board = board
            let worker = Thread { board.work(thread: thread) }
            worker.name = "gemma-\(thread)"
            worker.start()
        }
    }

    deinit { board.stop() }

    /// Keeps the threads from sleeping between the jobs that `body` runs.
    package func keepAwake<Result>(during body: () throws -> Result) rethrows -> Result {
        board.callers.wrappingAdd(1, ordering: .relaxed)
        defer { board.callers.wrappingSubtract(1, ordering: .relaxed) }
        return try body()
    }

    /// Runs pieces 0 ..< count of `job` and returns when all are done. One call at a time; others wait.
    package func run<Job: ParallelJob>(_ job: Job, count: Int) {
        guard count > 1, threadCount > 1 else {
            for index in 0..<count { job.run(index, thread: 0) }
            return
        }
        exclusive.withLock { _ in
            withUnsafePointer(to: job) { pointer in
                board.run(pointer, count: count) { job, index, thread in
                    job.assumingMemoryBound(to: Job.self).pointee.run(index, thread: thread)
                }
            }
        }
    }
}

/// What the threads of a pool share: the current job, who works on it, and where the idle sleep.
private final class JobBoard: @unchecked Sendable {
    private typealias Entry = (UnsafeRawPointer, Int, Int) -> Void

    // The job's fields are written while the board is closed and nobody works, and read after joining an open board.
    private var job: UnsafeRawPointer?
    private var entry: Entry = { _, _, _ in }

    private let runs: UnsafeMutablePointer<PieceRun>  // [threads]
    private let threadCount: Int
    /// Threads at work in bits 0...15, open in bit 16, the job's number from bit 32.
    private let state = Atomic<UInt64>(0)
    private let sleepers = Atomic<Int>(0)
    /// Calls of `keepAwake` under way.
    let callers = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)
    private let condition = NSCondition()

    private static let open: UInt64 = 1 << 16
    private static let workersMask: UInt64 = open - 1
    /// About 20 microseconds, the length of a few small steps.
    private static let spins = 20_000

    init(threadCount: Int) {
        self.threadCount = threadCount
        runs = .allocate(capacity: threadCount)
        for thread in 0..<threadCount { (runs + thread).initialize(to: PieceRun()) }
    }

    deinit {
        runs.deinitialize(count: threadCount)
        runs.deallocate()
    }

    func run(_ job: UnsafeRawPointer, count: Int, entry: @escaping (UnsafeRawPointer, Int, Int) -> Void) {
        self.job = job
        self.entry = entry
        for thread in 0..<threadCount {
            runs[thread].set(count * thread / threadCount..<count * (thread + 1) / threadCount)
        }
        let number = (state.load(ordering: .relaxed) >> 32) &+ 1
        state.store(number << 32 | Self.open, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
            condition.lock()
            condition.broadcast()
            condition.unlock()
        }
        takePieces(thread: 0)
        state.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing)
        var spins = 0
        while state.load(ordering: .acquiring) & Self.workersMask != 0 {
            spins += 1
            if spins > Self.spins { sched_yield() }
        }
    }

    func stop() {
        stopped.store(true, ordering: .sequentiallyConsistent)
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    /// The loop of a worker thread.
    func work(thread: Int) {
        var last: UInt64 = 0
        while let number = waitForJob(after: last) {
            last = number
            guard join(number) else { continue }
            takePieces(thread: thread)
            state.wrappingSubtract(1, ordering: .releasing)
        }
    }

    private func takePieces(thread: Int) {
        guard let job else { return }
        while let index = runs[thread].takeFirst() { entry(job, index, thread) }
        for offset in 1..<max(threadCount, 1) {
            let other = (thread + offset) % threadCount
            while let index = runs[other].takeLast() { entry(job, index, thread) }
        }
    }

    private func join(_ number: UInt64) -> Bool {
        var current = state.load(ordering: .relaxed)
        while current >> 32 == number, current & Self.open != 0 {
            let (exchanged, original) = state.compareExchange(
                expected: current, desired: current + 1, ordering: .acquiring)
            if exchanged { return true }
            current = original
        }
        return false
    }

    /// The number of an open job other than `last`, or nil when the pool has ended.
    private func waitForJob(after last: UInt64) -> UInt64? {
        func newJob() -> UInt64? {
            let current = state.load(ordering: .sequentiallyConsistent)
            return current & Self.open != 0 && current >> 32 != last ? current >> 32 : nil
        }
        repeat {
            for _ in 0..<Self.spins {
                if let number = newJob() { return number }
            }
            // Lets others run, if there are more threads than processors.
            if callers.load(ordering: .relaxed) > 0 { sched_yield() }
        } while callers.load(ordering: .relaxed) > 0 && !stopped.load(ordering: .relaxed)
        condition.lock()
        defer { condition.unlock() }
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        while !stopped.load(ordering: .sequentiallyConsistent) {
            if let number = newJob() { return number }
            condition.wait()
        }
        return nil
    }
}

/// The pieces left for one thread, in a cache line of its own.
private struct PieceRun: ~Copyable {
    /// The first in the low half, the end in the high half.
    private let bounds = Atomic<UInt64>(0)
    private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)

    func set(_ range: Range<Int>) {
        bounds.store(
            UInt64(truncatingIfNeeded: range.upperBound) << 32 | UInt64(truncatingIfNeeded: range.lowerBound),
            ordering: .relaxed)
    }

    func takeFirst() -> Int? {
        take { $0 &+ 1 }.map { Int($0 & 0xffff_ffff) }
    }

    func takeLast() -> Int? {
        take { $0 &- 1 << 32 }.map { Int($0 >> 32) - 1 }
    }

    /// Changes the bounds unless nothing is left; returns what they were.
    @inline(__always)
    private func take(_ change: (UInt64) -> UInt64) -> UInt64? {
        var current = bounds.load(ordering: .relaxed)
        while current & 0xffff_ffff < current >> 32 {
            let (exchanged, original) = bounds.weakCompareExchange(
                expected: current, desired: change(current), ordering: .relaxed)
            if exchanged { return current }
            current = original
        }
        return nil
    }
}

extension ThreadPool {
    /// One thread for each core that this process may use, fewer if its processor time is limited.
    package static let defaultThreadCount = AvailableProcessors.current.threadCount
}
