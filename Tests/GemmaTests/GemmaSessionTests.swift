import BundledModel
import Foundation
import Gemma
import Testing

@Suite("GemmaSession")
struct SessionTests {
    private let model: GemmaModel
    private let greedy = GenerationOptions(temperature: 0, maximumResponseTokens: 40)

    init() throws { model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant) }

    private func text(_ generation: GemmaSession.ResponseStream) async throws -> String {
        var text = ""
        for try await piece in generation { text += piece }
        return text
    }

    @Test("The README's example")
    func example() async throws {
        let url = try #require(BundledModel.target)
        let drafterURL = try #require(BundledModel.assistant)
        // The lines of README.md, except `print`.
        let model = try GemmaModel(contentsOf: url, drafter: drafterURL)  // assistant optional
        let session = try model.makeSession(contextLength: 1024)
        var story = ""
        for try await piece in session.streamResponse(to: "Once upon a time", options: .init(temperature: 0)) {
            story += piece
        }
        #expect(story.hasPrefix(", there lived a tiny girl named Zoe. She lived in a den with her mother."))
        #expect(session.statistics.finishReason == .endOfText)
        #expect("\(session.statistics)".contains("tokens per target pass"))
    }

    @Test("The text is the same with a drafter, without one, and with speculation switched off")
    func drafterChangesNothing() async throws {
        let alone = try GemmaModel(contentsOf: #require(BundledModel.target))
        let expected = try await text(alone.makeSession().streamResponse(to: "Tell me a story", options: greedy))
        #expect(try await text(model.makeSession().streamResponse(to: "Tell me a story", options: greedy)) == expected)
        var off = greedy
        off.speculation = .none
        let session = try model.makeSession()
        #expect(try await text(session.streamResponse(to: "Tell me a story", options: off)) == expected)
        #expect(session.statistics.speculation.drafted == 0)
    }

    @Test("Caches of 8 bits and more tell the same story", arguments: [CacheType.f32, .f16, .bf16, .q8_0])
    func cacheTypes(_ type: CacheType) async throws {
        let session = try model.makeSession(keyCacheType: type, valueCacheType: type)
        let expected = try await text(model.makeSession().streamResponse(to: "Once upon a time", options: greedy))
        #expect(try await text(session.streamResponse(to: "Once upon a time", options: greedy)) == expected)
    }

    // The bundled model's heads are 32 and 64 wide, which the blocks of 128 do not divide.
    @Test(
        "Under each type of cache the story is the same with a drafter and without",
        arguments: CacheType.allCases.filter { $0 != .tbq3_tcq })
    func cacheTypesWithDrafter(_ type: CacheType) async throws {
        let session = try model.makeSession(keyCacheType: type, valueCacheType: .tbq4_0)
        let found = try await text(session.streamResponse(to: "Once upon a time", options: greedy))
        var off = greedy
        off.speculation = .none
        let alone = try model.makeSession(keyCacheType: type, valueCacheType: .tbq4_0)
        #expect(try await text(alone.streamResponse(to: "Once upon a time", options: off)) == found)
    }

    @Test("A text that was left continues where it stopped")
    func leaveAndContinue() async throws {
        let whole = try await text(model.makeSession().streamResponse(to: "Once upon a time", options: greedy))
        let session = try model.makeSession()
        var begun = ""
        for try await piece in session.streamResponse(to: "Once upon a time", options: greedy) {
            begun += piece
            if begun.count > 30 { break }
        }
        #expect(whole.hasPrefix(begun) && begun.count < whole.count)
        var rest = greedy
        rest.maximumResponseTokens = 40 - session.statistics.generatedTokens
        #expect(try await begun + text(session.streamResponse(to: "", options: rest)) == whole)
    }

    @Test("Cancelling the task ends the generation; the session can go on")
    func cancellation() async throws {
        let session = try model.makeSession()
        var options = GenerationOptions(temperature: 0)
        options.ignoresEndOfText = true
        let generation = session.streamResponse(to: "Once upon a time", options: options)
        let task = Task {
            // From within, since on a busy machine the text may be finished before another task gets to cancel this
            // one.
            for try await _ in generation { withUnsafeCurrentTask { $0?.cancel() } }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(session.statistics.finishReason == nil)
        let tokens = session.tokens.count
        #expect(tokens < session.contextLength)
        _ = try await text(session.streamResponse(to: " and", options: greedy))
        #expect(session.tokens.count > tokens)
    }

    @Test("Cancelled before it began, it reads nothing")
    func cancelledEarly() async throws {
        let session = try model.makeSession()
        let generation = session.streamResponse(to: "Once upon a time")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            for try await _ in generation {}
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(session.tokens.isEmpty)
    }

    @Test("The full context ends a text, and the reason is said")
    func contextFull() async throws {
        let session = try model.makeSession(contextLength: 20)
        var options = GenerationOptions(temperature: 0)
        options.ignoresEndOfText = true
        _ = try await text(session.streamResponse(to: "Once upon a time", options: options))
        #expect(session.statistics.finishReason == .contextFull)
        #expect(session.tokens.count == 20)
    }

    @Test("If the end of text is ignored the model continues; otherwise it stops")
    func ignoringTheEnd() async throws {
        let session = try model.makeSession(contextLength: 400)
        var options = GenerationOptions(temperature: 0)
        options.ignoresEndOfText = true
        _ = try await text(session.streamResponse(to: "Once upon a time", options: options))
        #expect(session.tokens.count == 400)
        #expect(!session.tokens.contains(1) && !session.tokens.contains(16))
    }

    @Test("Bad options are refused before anything is read")
    func badOptions() async throws {
        let session = try model.makeSession(contextLength: 16)
        await #expect(throws: SamplingError.outOfRange(option: "temperature", value: "-1.0", expected: "0 or more")) {
            try await text(session.streamResponse(to: "a", options: .init(temperature: -1)))
        }
        await #expect(throws: GemmaError.self) {
            try await text(session.streamResponse(to: "a", options: .init(maximumResponseTokens: -1)))
        }
        await #expect(throws: GemmaError.self) {
            try await text(session.streamResponse(to: "a", options: .init(speculation: .init(draftLength: .fixed(65)))))
        }
        let long = String(repeating: "a fox ", count: 20)
        await #expect(throws: ModelError.contextFull(needed: 42, contextLength: 16)) {
            try await text(session.streamResponse(to: long, options: greedy))
        }
        #expect(session.tokens.isEmpty)
    }

    @Test("A generation ends when another one begins")
    func superseded() async throws {
        let session = try model.makeSession()
        var first = session.streamResponse(to: "Once upon a time", options: greedy).makeAsyncIterator()
        #expect(try await first.next() != nil)
        _ = try await text(session.streamResponse(to: " there", options: greedy))
        await #expect(throws: GemmaError.self) { try await first.next() }
    }

    @Test("A generation that cannot begin leaves the one under way as it is")
    func failedBeginning() async throws {
        let expected = try await text(
            model.makeSession(contextLength: 256).streamResponse(to: "Tell me a story", options: greedy))
        let session = try model.makeSession(contextLength: 256)
        var first = session.streamResponse(to: "Tell me a story", options: greedy).makeAsyncIterator()
        var story = try await first.next() ?? ""
        let long = String(repeating: "a very long prompt ", count: 200)
        let other = GenerationOptions(temperature: 0, maximumResponseTokens: 1, ignoresEndOfText: true)
        await #expect(throws: ModelError.self) { try await text(session.streamResponse(to: long, options: other)) }
        while let piece = try await first.next() { story += piece }
        #expect(story == expected)
    }

    @Test("After a reset the text begins again")
    func reset() async throws {
        let session = try model.makeSession()
        let once = try await text(session.streamResponse(to: "Once upon a time", options: greedy))
        session.reset()
        #expect(session.tokens.isEmpty)
        #expect(try await text(session.streamResponse(to: "Once upon a time", options: greedy)) == once)
    }

    @Test("Two sessions on one model at once")
    func twoSessions() async throws {
        let model = model
        let options = greedy
        let expected = try await text(model.makeSession().streamResponse(to: "Once upon a time", options: options))
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var text = ""
                    for try await piece in try model.makeSession().streamResponse(
                        to: "Once upon a time", options: options)
                    {
                        text += piece
                    }
                    return text
                }
            }
            for try await text in group { #expect(text == expected) }
        }
    }

    @Test("Only markup and control parts become special tokens; <bos> appears once, at the beginning")
    func specialTokens() async throws {
        func tokens(_ prompt: RawPrompt) async throws -> [TokenID] {
            let session = try model.makeSession()
            _ = try await session.respond(to: prompt, options: .init(temperature: 0, maximumResponseTokens: 1))
            return session.tokens.dropLast()
        }
        #expect(try await tokens([.markup("<bos><turn|>")]) == [2, 16])
        #expect(try await tokens([.markup("<turn|>")]) == [2, 16])
        #expect(try await tokens([.control("<turn|>")]) == [2, 16])
        #expect(try await tokens("<turn|>").count > 2)
        await #expect(throws: TokenizerError.self) { try await tokens([.control("fox")]) }
    }

    @Test("A response has its text, its tokens and its figures together")
    func response() async throws {
        let session = try model.makeSession()
        let response = try await session.respond(to: "Once upon a time", options: greedy)
        let told = try await text(model.makeSession().streamResponse(to: "Once upon a time", options: greedy))
        #expect(response.text == told)
        #expect(response.tokens == session.tokens.suffix(40))
        #expect(response.finishReason == .maximumTokens)
        #expect(response.statistics == session.statistics.withoutEstimates)
        #expect(response.statistics.generatedTokens == 40)
    }

    @Test("Reading a prompt in several passes reports its progress")
    func progress() async throws {
        let session = try model.makeSession(contextLength: 1024)
        let seen = Progress()
        let prompt = String(repeating: "Once upon a time there was a fox. ", count: 70)
        _ = try await text(
            session.streamResponse(to: prompt, options: .init(temperature: 0, maximumResponseTokens: 1)) {
                done, total in
                seen.add(done, total)
            })
        let total = session.statistics.promptTokens
        #expect(total > 512)
        #expect(seen.all.map(\.0) == [512, total] || seen.all.map(\.0) == [total - total % 512, total])
        #expect(seen.all.allSatisfy { $0.1 == total })
    }

    @Test("What cannot be loaded names the file and the reason")
    func loading() throws {
        let target = try #require(BundledModel.target)
        let assistant = try #require(BundledModel.assistant)
        func message(_ target: URL, _ assistant: URL?) -> String {
            do {
                _ = try GemmaModel(contentsOf: target, drafter: assistant)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message(URL(fileURLWithPath: "/no/such.gguf"), nil) == "/no/such.gguf: No such file or directory")
        #expect(message(assistant, nil).hasPrefix("\(assistant.path): this is a drafter"))
        #expect(message(target, target).hasPrefix("\(target.path): this is a target"))
        #expect(throws: GemmaError.self) { try GemmaModel(contentsOf: target, threads: 0) }
        #expect(throws: ModelError.invalidContextLength(0)) { try model.makeSession(contextLength: 0) }
    }
}

extension GenerationStatistics {
    fileprivate var withoutEstimates: GenerationStatistics {
        var statistics = self
        statistics.draftEstimates = nil
        return statistics
    }
}

/// Collects reports from another task.
private final class Progress: @unchecked Sendable {
    private let lock = NSLock()
    private var reports: [(Int, Int)] = []

    func add(_ done: Int, _ total: Int) { lock.withLock { reports.append((done, total)) } }

    var all: [(Int, Int)] { lock.withLock { reports } }
}
