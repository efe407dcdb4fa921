import BundledModel
import Foundation
import Gemma
import Platform
import Testing

/// Many requests at once.
@Suite("Engine")
struct EngineTests {
    private func model(cacheBytes: Int? = nil) throws -> GemmaModel {
        try GemmaModel(
            contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant, threads: 2,
            cacheBytes: cacheBytes)
    }

    private func options(_ count: Int, seed: UInt64? = nil) -> GenerationOptions {
        var options = GenerationOptions(temperature: seed == nil ? 0 : 1, seed: seed, maximumResponseTokens: count)
        options.ignoresEndOfText = true
        return options
    }

    private static let long = String(repeating: "Once upon a time there was a fox. ", count: 40)

    /// What a session of its own writes.
    private func alone(_ prompt: RawPrompt, _ options: GenerationOptions) async throws -> String {
        try await model(cacheBytes: 0).makeSession().respond(to: prompt, options: options).text
    }

    @Test("Requests that come at once are answered as they would be alone, beside sessions")
    func company() async throws {
        let model = try model()
        let engine = try Engine(model: model)
        let prompts = ["Once upon a time", Self.long + "It", "The cat", Self.long + "Then", "A"]
        var expected: [String] = []
        for (index, prompt) in prompts.enumerated() {
            expected.append(try await alone([.text(prompt)], options(60, seed: index == 0 ? nil : UInt64(index))))
        }
        let answers = try prompts.enumerated().map { index, prompt in
            try engine.submit(
                .init(text: prompt, options: options(60, seed: index == 0 ? nil : UInt64(index))))
        }
        async let session = model.makeSession().respond(to: prompts[1], options: options(60, seed: 1))
        for (answer, text) in zip(answers, expected) { #expect(try await answer.collect().text == text) }
        #expect(try await session.text == expected[1])
        #expect(engine.load.waiting == 0 && engine.load.running == 0)
    }

    @Test("A prompt that several requests share is read once")
    func sharedPrompt() async throws {
        let engine = try Engine(model: model())
        let answers = try (1...5).map { seed in
            try engine.submit(.init(text: Self.long, options: options(20, seed: UInt64(seed))))
        }
        var (read, texts) = (0, Set<String>())
        for (index, answer) in answers.enumerated() {
            let response = try await answer.collect()
            read += response.statistics.promptTokens
            texts.insert(response.text)
            #expect(response.text == (try await alone([.text(Self.long)], options(20, seed: UInt64(index + 1)))))
        }
        #expect(texts.count == 5)
        let whole = try await engine.submit(
            .init(prompt: .raw([.text(Self.long)]), options: options(1), usesCache: false)
        ).collect()
        #expect(whole.statistics.cachedPromptTokens == 0)
        #expect(read == whole.statistics.promptTokens + 4)  // the others read their last token
    }

    @Test("Who waits for a prompt that is being read does not wait for the other's answer")
    func sharedPromptOfALongAnswer() async throws {
        let engine = try Engine(model: model())
        var long = options(3000)
        long.speculation.draftLength = .fixed(0)  // it pauses before it ends, as long as nobody takes it
        let first = try engine.submit(.init(text: Self.long, options: long))
        let second = try await engine.submit(.init(text: Self.long, options: options(5, seed: 1))).collect()
        #expect(second.statistics.promptTokens == 1)
        #expect(engine.load.running == 1)
        first.cancel()
    }

    @Test("Texts of another salt are not continued")
    func salt() async throws {
        let engine = try Engine(model: model())
        for (salt, isKnown) in [("a", false), ("b", false), ("a", true), ("", false)] {
            let response = try await engine.submit(
                .init(prompt: .raw([.text(Self.long)]), options: options(2), cacheSalt: salt)
            ).collect()
            #expect((response.statistics.cachedPromptTokens > 0) == isKnown)
        }
    }

    @Test("Where memory is scarce, requests give it up and go on later, with the same texts")
    func preemption() async throws {
        let context = 384
        // Room for a little more than one text of full length.
        var bytes = 1 << 16
        while (try? Engine(model: model(cacheBytes: bytes), configuration: .init(contextLength: context))) == nil {
            bytes += 1 << 16
        }
        let engine = try Engine(
            model: model(cacheBytes: bytes + bytes / 8), configuration: .init(contextLength: context))
        let answers = try (1...6).map { seed in
            try engine.submit(.init(text: "The number \(seed)", options: options(300, seed: UInt64(seed))))
        }
        for (index, answer) in answers.enumerated() {
            let text = try await answer.collect().text
            #expect(
                text == (try await alone([.text("The number \(index + 1)")], options(300, seed: UInt64(index + 1)))))
        }
        #expect(engine.load.preemptions > 0)
    }

    @Test("A cancelled request ends, waiting or writing, and disturbs nobody")
    func cancellation() async throws {
        let engine = try Engine(model: model(), configuration: .init(maximumSequences: 2))
        let first = try engine.submit(.init(text: "Once upon a time", options: options(200, seed: 1)))
        var long = options(3000)
        long.speculation.draftLength = .fixed(0)  // it pauses before it ends
        let second = try engine.submit(.init(text: "The cat", options: long))
        let third = try engine.submit(.init(text: "The dog", options: long))
        third.cancel()
        await #expect(throws: CancellationError.self) { try await third.collect() }
        for try await update in second where !update.tokens.isEmpty { break }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.collect() }
        #expect(try await first.collect().text == alone("Once upon a time", options(200, seed: 1)))
    }

    @Test("A full queue refuses, and so do prompts without tokens or without an end")
    func refusals() async throws {
        let engine = try Engine(model: model(), configuration: .init(maximumSequences: 1, maximumQueueLength: 1))
        let running = try engine.submit(.init(text: "Once", options: options(3000)))
        let waiting = try engine.submit(.init(text: "Once", options: options(5)))
        #expect(throws: EngineError.self) { try engine.submit(.init(text: "Once")) }
        #expect(throws: EngineError.emptyPrompt) { try engine.submit(.init(prompt: .tokens([]))) }
        #expect(throws: (any Error).self) { try engine.submit(.init(prompt: .tokens([-1]))) }
        #expect(throws: (any Error).self) {
            try engine.submit(.init(prompt: .tokens(Array(repeating: 5, count: engine.contextLength))))
        }
        running.cancel()
        #expect(try await waiting.collect().tokens.count == 5)
        #expect(throws: GemmaError.self) { try Engine(model: model(), configuration: .init(maximumSequences: 0)) }
        #expect(throws: EngineError.self) { try Engine(model: model(cacheBytes: 100)) }
    }

    @Test("An answer that nobody takes pauses, and goes on when it is taken")
    func pause() async throws {
        let engine = try Engine(model: model())
        let answer = try engine.submit(.init(text: "Once upon a time", options: options(1500)))
        // Others are answered meanwhile.
        _ = try await engine.submit(.init(text: "The cat", options: options(100))).collect()
        #expect(try await answer.collect().tokens.count == 1500)
    }

    @Test("Requests of higher priority come first, and keys take turns", .timeLimit(.minutes(2)))
    func order() async throws {
        let engine = try Engine(model: model(), configuration: .init(maximumSequences: 1))
        // An answer of this length pauses until it is taken, and no other request is answered meanwhile.
        var long = options(300)
        long.speculation.draftLength = .fixed(0)
        let first = try engine.submit(.init(text: "Once", options: long))
        let updates = first.makeAsyncIterator()
        _ = try await updates.next()  // it is being answered
        let requests = [("a1", "a", 0), ("a2", "a", 0), ("a3", "a", 0), ("b1", "b", 0), ("c1", "c", 1)]
        var answers: [String: Engine.Answer] = [:]
        for (name, key, priority) in requests {
            answers[name] = try engine.submit(
                .init(prompt: .raw([.text("Once")]), options: long, priority: priority, key: key))
        }
        while try await updates.next() != nil {}
        // In another order than this the first one would never end.
        for (place, name) in ["c1", "a1", "b1", "a2", "a3"].enumerated() {
            let answer = try #require(answers[name])
            #expect(try await answer.collect().tokens.count == 300, "\(name)")
            #expect(engine.load.waiting + engine.load.running == 4 - place, "\(name)")
        }
    }

    /// How many requests: more at night.
    private static let manyRequests =
        ProcessInfo.processInfo.environment["GEMMA_MANY_REQUESTS"].flatMap(Int.init) ?? 600

    @Test("After many requests, some of them cancelled, no page is held and memory has not grown")
    func manyRequests() async throws {
        let engine = try Engine(model: model(cacheBytes: 1 << 24), configuration: .init(contextLength: 512))
        var random = SystemRandomNumberGenerator()
        var (half, end) = (0, 0)
        for number in 0..<Self.manyRequests / 20 {
            let answers = try (0..<20).map { index in
                try engine.submit(
                    .init(
                        prompt: .tokens([2] + (0..<Int32(10 + index)).map { 300 + ($0 * 7 + Int32(number)) % 500 }),
                        options: options(1 + index % 7, seed: UInt64(number)), key: "\(index % 3)"))
            }
            for (index, answer) in answers.enumerated() {
                if Int.random(in: 0..<4, using: &random) == 0 { answer.cancel() }
                do { #expect(try await answer.collect().tokens.count == 1 + index % 7) } catch is CancellationError {}
            }
            if number == Self.manyRequests / 40 { half = ResidentMemory.current?.own ?? 0 }
        }
        end = ResidentMemory.current?.own ?? 0
        let load = engine.load
        #expect(load.running == 0 && load.waiting == 0)
        #expect(load.cacheBytes == load.keptBytes, "pages leak")
        // Other tests run beside this one, unless it is the only one.
        if Self.manyRequests >= 10_000 {
            #expect(Double(end) < 1.02 * Double(half), "\(half) bytes after half of the requests, \(end) at the end")
        }
    }
}
