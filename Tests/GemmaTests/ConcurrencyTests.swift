import BundledModel
import Foundation
import Gemma
import Testing

/// Tasks that share a model or a session, and tasks that are cancelled.
@Suite("Concurrency")
struct ConcurrencyTests {
    private let model: GemmaModel

    init() throws { model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant) }

    private static let prompt = "Once upon a time"

    private func options(_ count: Int, seed: UInt64? = nil) -> GenerationOptions {
        var options = GenerationOptions(temperature: seed == nil ? 0 : 1, seed: seed, maximumResponseTokens: count)
        options.ignoresEndOfText = true
        return options
    }

    @Test("Sessions on one model at once write what each would alone")
    func sessions() async throws {
        let model = model
        let all = [nil, 1, 2, 3].map { options(200, seed: $0) }
        var expected: [String] = []
        for options in all {
            expected.append(try await model.makeSession().streamResponse(to: Self.prompt, options: options).whole())
        }
        #expect(Set(expected).count == all.count)
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, options) in all.enumerated() {
                group.addTask {
                    (index, try await model.makeSession().streamResponse(to: Self.prompt, options: options).whole())
                }
            }
            for try await (index, text) in group { #expect(text == expected[index]) }
        }
    }

    @Test("Of two tasks on one session only one continues; the other learns that it is superseded")
    func oneSession() async throws {
        let session = try model.makeSession(contextLength: 2048)
        let options = options(64)
        let outcomes = await withTaskGroup(of: Result<String, any Error>.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    do {
                        return .success(try await session.streamResponse(to: Self.prompt, options: options).whole())
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.contains { (try? $0.get()) != nil })
        for case .failure(let error) in outcomes {
            guard case GemmaError.superseded = error else {  // none of them may be busy: each waits for its turn
                Issue.record("unexpected: \(error)")
                continue
            }
        }
        // In any order, the text is complete, and the session can continue it.
        let tokens = session.tokens
        _ = try await session.streamResponse(to: "", options: options).whole()
        #expect(session.tokens.starts(with: tokens))
        #expect(session.tokens.count == tokens.count + 64)
    }

    @Test("Looking at figures and tokens from another task disturbs nothing")
    func observers() async throws {
        let session = try model.makeSession()
        let options = options(100)
        let task = Task { try await session.streamResponse(to: Self.prompt, options: options).whole() }
        let observer = Task {
            while session.statistics.finishReason == nil {
                #expect(session.tokens.count >= session.statistics.promptTokens)
                await Task.yield()
            }
        }
        let text = try await task.value
        await observer.value
        #expect(try await text == model.makeSession().streamResponse(to: Self.prompt, options: options).whole())
    }

    private static let longPrompt = String(repeating: "Once upon a time there was a fox. ", count: 220)

    @Test("While a prompt is read, the progress can look at everything and even end the generation")
    func lookingFromProgress() async throws {
        let session = try model.makeSession(contextLength: 4096)
        let generation = session.streamResponse(to: Self.longPrompt, options: options(4)) { done, total in
            #expect(session.statistics.promptTokens == done)
            #expect(session.tokens.count >= total)
            if done > 512 { session.reset() }
        }
        await #expect {
            try await generation.whole()
        } throws: { error in
            if case GemmaError.superseded = error { true } else { false }
        }
        #expect(session.tokens.isEmpty)
        let text = try await session.streamResponse(to: Self.prompt, options: options(40)).whole()
        #expect(try await text == model.makeSession().streamResponse(to: Self.prompt, options: options(40)).whole())
    }

    @Test("Reading the figures never waits for a batch of the prompt")
    func looksWhileReading() async throws {
        // On a busy machine the reading task may hardly get to run, so it tries several times. If a lock were in the
        // way, there would be one or two reads per try.
        var most = 0
        for _ in 0..<30 where most <= 20 {
            let session = try model.makeSession(contextLength: 4096)
            let options = options(1)
            let task = Task { try await session.streamResponse(to: Self.longPrompt, options: options).whole() }
            var looks = 0
            while session.statistics.promptTokens == 0 {
                if !session.tokens.isEmpty { looks += 1 }
                await Task.yield()
            }
            _ = try await task.value
            most = max(most, looks)
        }
        #expect(most > 20)
    }

    @Test("Beginning does not wait for a computation: the caller learns that the session is busy")
    func busy() async throws {
        // A try fails if it begins between two batches, which ends the first generation.
        var isBusy = false
        for _ in 0..<30 where !isBusy {
            let session = try model.makeSession(contextLength: 4096)
            let options = options(1)
            let task = Task { try await session.streamResponse(to: Self.longPrompt, options: options).whole() }
            while session.tokens.isEmpty { await Task.yield() }
            try await Task.sleep(for: .milliseconds(2))  // the first batch has probably begun by then
            var other = session.streamResponse(to: "", options: options).makeAsyncIterator()
            do { try other.begin() } catch GemmaError.busy { isBusy = true }
            if isBusy { _ = try await task.value } else { _ = try? await task.value }
        }
        #expect(isBusy)
    }

    @Test("Sessions that compute leave Swift's own threads to other tasks")
    func cooperativeThreads() async throws {
        let model = model
        let options = options(1)
        let count = ProcessInfo.processInfo.activeProcessorCount + 2
        let sessions = try (0..<count).map { _ in try model.makeSession(contextLength: 4096) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in sessions {
                group.addTask { _ = try await session.streamResponse(to: Self.longPrompt, options: options).whole() }
            }
            // This task gets to run while all of them compute, not when one has ended.
            while !sessions.allSatisfy({ !$0.tokens.isEmpty }) { await Task.yield() }
            #expect(sessions.allSatisfy { $0.statistics.finishReason == nil })
            try await group.waitForAll()
        }
    }

    @Test("Cancelled in the middle of a prompt, the session continues with all of it")
    func cancelledInPrompt() async throws {
        let prompt = String(repeating: "Once upon a time there was a fox. ", count: 140)
        let options = options(40)
        let session = try model.makeSession(contextLength: 2048)
        let generation = session.streamResponse(to: prompt, options: options) { done, total in
            #expect(done < total)
            withUnsafeCurrentTask { $0?.cancel() }
        }
        await #expect(throws: CancellationError.self) { try await Task { try await generation.whole() }.value }
        let read = session.statistics.promptTokens
        #expect(read > 0 && read < session.tokens.count)
        let rest = try await session.streamResponse(to: "", options: options).whole()
        #expect(session.statistics.promptTokens == session.tokens.count - 40 - read)
        #expect(
            try await model.makeSession(contextLength: 2048).streamResponse(to: prompt, options: options).whole()
                == rest)
    }

    @Test("Cancelled in the middle of a prompt, a longer prompt can follow")
    func promptAfterCancellation() async throws {
        let prompt = String(repeating: "Once upon a time there was a fox. ", count: 140)
        let options = options(40)
        let session = try model.makeSession(contextLength: 2048)
        let generation = session.streamResponse(to: prompt, options: options) { _, _ in
            withUnsafeCurrentTask { $0?.cancel() }
        }
        await #expect(throws: CancellationError.self) { try await Task { try await generation.whole() }.value }
        let more = " One day"
        try #require(
            model.tokenizer.encode(prompt + more) == model.tokenizer.encode(prompt) + model.tokenizer.encode(more))
        let rest = try await session.streamResponse(to: more, options: options).whole()
        let whole = try model.makeSession(contextLength: 2048)
        #expect(try await whole.streamResponse(to: prompt + more, options: options).whole() == rest)
    }
}

extension GemmaSession.ResponseStream {
    fileprivate func whole() async throws -> String {
        var text = ""
        for try await piece in self { text += piece }
        return text
    }
}
