import BundledModel
import Foundation
import Gemma
import Testing

/// Nothing that a caller does waits for a computation, nor does it occupy a thread that others need.
@Suite("One thread for all tasks")
struct OneThreadTests {
    private let model: GemmaModel

    init() throws {
        // Without a cache the prompt is read in each try.
        model = try GemmaModel(
            contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant, cacheBytes: 0)
    }

    private static let longPrompt = String(repeating: "Once upon a time there was a fox. ", count: 220)

    /// How often a task gets to run while the first batch of the prompt is computed, if it has only one thread and
    /// shares it with the task that wants the response.
    private func ticks(
        _ look: @escaping @Sendable () -> (tokens: Int, promptTokens: Int),
        _ respond: @escaping @Sendable () async throws -> Void
    ) async throws -> Int {
        let thread = OneThread()
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask(executorPreference: thread) {
                try await respond()
                return nil
            }
            group.addTask(executorPreference: thread) {
                var ticks = 0
                while !Task.isCancelled {
                    let now = look()
                    if now.tokens > 0, now.promptTokens == 0 { ticks += 1 }
                    await Task.yield()
                }
                return ticks
            }
            _ = try await group.next()  // the response, since the other task does not end by itself
            group.cancelAll()
            return try await group.next().flatMap { $0 } ?? 0
        }
    }

    @Test("A task on the same thread runs many times while the prompt of a text is read")
    func text() async throws {
        // On a busy machine the thread may hardly get to run. Were it blocked, no try would count anything.
        var most = 0
        for _ in 0..<10 where most < 100 {
            let session = try model.makeSession()
            let count = try await ticks {
                (session.tokens.count, session.statistics.promptTokens)
            } _: {
                _ = try await session.respond(to: Self.longPrompt, options: .init(maximumResponseTokens: 1))
            }
            most = max(most, count)
        }
        #expect(most >= 100)
    }

    private struct Fox: Tool {
        let name = "fox"
        let description = "Tells about the fox"
        let parameters = GenerationSchema(json: ["type": "object"])

        func call(arguments: GeneratedContent) async throws -> String { "It sleeps." }
    }

    @Test("A task on the same thread runs many times while a conversation with a tool is read")
    func conversation() async throws {
        let options = try ScriptedReply(callOf: "fox", then: "The", model.tokenizer).options
        var most = 0
        for _ in 0..<10 where most < 100 {
            let session = try LanguageModelSession(
                model: model, tools: [Fox()], configuration: .init(chatTemplate: ScriptedReply.template))
            let count = try await ticks {
                (session.tokens.count, session.statistics.promptTokens)
            } _: {
                let response = try await session.respond(to: Self.longPrompt, options: options)
                #expect(response.rounds.count == 2)
            }
            most = max(most, count)
        }
        #expect(most >= 100)
    }

    @Test("Conversations leave Swift's own threads to other tasks")
    func cooperativeThreads() async throws {
        let count = ProcessInfo.processInfo.activeProcessorCount + 2
        let sessions = try (0..<count).map { _ in try LanguageModelSession(model: model) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in sessions {
                group.addTask {
                    _ = try await session.respond(to: Self.longPrompt, options: .init(maximumResponseTokens: 1))
                }
            }
            // This task gets to run while all of them compute, not when one has ended.
            while !sessions.allSatisfy({ !$0.tokens.isEmpty }) { await Task.yield() }
            #expect(sessions.allSatisfy { $0.statistics.finishReason == nil })
            try await group.waitForAll()
        }
    }

    @Test("No look at figures, tokens or messages takes a millisecond while a long prompt is read")
    func looks() async throws {
        // On a busy machine the scheduler may stop the thread within a look. It pauses between looks, so that this
        // seldom happens, and tries several times. With a lock in the way, there would be a long look in every try.
        var shortest = Duration.seconds(1)
        for _ in 0..<10 where shortest >= .milliseconds(1) {
            let session = try LanguageModelSession(model: model)
            let task = Task { try await session.respond(to: Self.longPrompt, options: .init(maximumResponseTokens: 1)) }
            var longest = Duration.zero
            var looks = 0
            var hasEnded = false
            while !hasEnded {
                let start = ContinuousClock.now
                hasEnded = session.statistics.finishReason != nil
                _ = session.tokens
                _ = session.transcript
                _ = session.isResponding
                longest = max(longest, .now - start)
                looks += 1
                try await Task.sleep(for: .microseconds(100))
            }
            _ = try await task.value
            if looks > 20 { shortest = min(shortest, longest) }
        }
        #expect(shortest < .milliseconds(1))
    }
}

/// An executor that has one thread, for any number of tasks.
private final class OneThread: TaskExecutor {
    private let queue = Queue()

    init() { Thread { [queue] in queue.work() }.start() }

    deinit { queue.end() }

    func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job), for: self) }

    private final class Queue: @unchecked Sendable {  // its variables are only touched under `condition`
        private let condition = NSCondition()
        /// A waiting job keeps its executor alive.
        private var jobs: [(job: UnownedJob, executor: OneThread)] = []
        private var hasEnded = false

        func append(_ job: UnownedJob, for executor: OneThread) {
            condition.withLock {
                jobs.append((job, executor))
                condition.signal()
            }
        }

        func end() {
            condition.withLock {
                hasEnded = true
                condition.signal()
            }
        }

        func work() {
            while let (job, executor) = next() {
                withExtendedLifetime(executor) { job.runSynchronously(on: executor.asUnownedTaskExecutor()) }
            }
        }

        private func next() -> (job: UnownedJob, executor: OneThread)? {
            condition.withLock {
                while jobs.isEmpty, !hasEnded { condition.wait() }
                return jobs.isEmpty ? nil : jobs.removeFirst()
            }
        }
    }
}
