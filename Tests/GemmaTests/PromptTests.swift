import BundledModel
import Foundation
import Gemma
import Testing

/// Any text is a prompt: it is read, or refused with the figures.
@Suite("Prompts")
struct PromptTests {
    private let model: GemmaModel

    init() throws { model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant) }

    private func text(_ generation: GemmaSession.ResponseStream) async throws -> String {
        var text = ""
        for try await piece in generation { text += piece }
        return text
    }

    private static let texts: [(name: String, text: String)] = [
        ("a megabyte of one letter", String(repeating: "a", count: 1 << 20)),
        ("a megabyte of words without a newline", String(repeating: "the quick brown fox ", count: 1 << 16)),
        ("a megabyte of NULs", String(repeating: "\0", count: 1 << 20)),
        ("a megabyte of spaces", String(repeating: " ", count: 1 << 20)),
        ("a megabyte of newlines", String(repeating: "\n", count: 1 << 20)),
        ("100,000 emoji", String(repeating: "😀", count: 100_000)),
        ("emoji that are joined", String(repeating: "👨‍👩‍👧", count: 20_000)),
        ("a letter with 100,000 accents", "a" + String(repeating: "\u{301}", count: 100_000)),
        ("the last scalars there are", String(repeating: "\u{10FFFF}\u{FFFF}", count: 10_000)),
        ("what was not UTF-8", String(decoding: [UInt8](repeating: 0xFF, count: 100_000), as: UTF8.self)),
        ("control tokens", String(repeating: "<turn|><bos><|turn>", count: 20_000)),
        ("beginnings of control tokens", String(repeating: "<|tur<", count: 100_000)),
    ]

    @Test(
        "Any text comes back from its tokens, and a context too small for it is an error", arguments: texts.map(\.name))
    func giantPrompt(_ name: String) async throws {
        let prompt = try #require(Self.texts.first { $0.name == name }).text
        let tokens = model.tokenizer.encode(prompt, parseSpecial: false)
        #expect(model.tokenizer.decode(tokens).utf8.elementsEqual(prompt.utf8))
        let session = try model.makeSession(contextLength: 64)
        await #expect(throws: ModelError.contextFull(needed: tokens.count + 1, contextLength: 64)) {
            try await text(session.streamResponse(to: prompt, options: .init(temperature: 0)))
        }
        #expect(session.tokens.isEmpty)
        // The session still works.
        _ = try await text(
            session.streamResponse(to: "Once upon a time", options: .init(temperature: 0, maximumResponseTokens: 4)))
        #expect(session.statistics.generatedTokens == 4)
    }

    @Test("The empty prompt is read like any other", arguments: [0, 1, 5])
    func empty(_ drafts: Int) async throws {
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: 24)
        options.ignoresEndOfText = true
        options.speculation.draftLength = .fixed(drafts)
        let session = try model.makeSession()
        let found = try await text(session.streamResponse(to: "", options: options))
        #expect(session.statistics.promptTokens == 1 && session.statistics.generatedTokens == 24)
        let alone = try GemmaModel(contentsOf: #require(BundledModel.target)).makeSession()
        #expect(try await text(alone.streamResponse(to: "", options: options)) == found)
        // A previous generation leaves no state that the empty prompt would draft from.
        session.reset()
        #expect(try await text(session.streamResponse(to: "", options: options)) == found)
        #expect(session.statistics.promptTokens == 1)
    }

    /// A prompt of so many tokens, `<bos>` included.
    private func prompt(_ count: Int) throws -> String {
        let prompt = String(repeating: "a", count: count - 1)
        try #require(model.tokenizer.encode(prompt).count == count - 1)
        return prompt
    }

    @Test("A prompt as long as the context ends at once; one token less leaves room for one")
    func fullContext() async throws {
        let options = GenerationOptions(temperature: 0)
        let full = try model.makeSession(contextLength: 32)
        #expect(try await text(full.streamResponse(to: prompt(32), options: options)).isEmpty)
        #expect(full.statistics.finishReason == .contextFull && full.tokens.count == 32)
        // And again: there is no room to continue, and no trap.
        #expect(try await text(full.streamResponse(to: "", options: options)).isEmpty)
        await #expect(throws: ModelError.contextFull(needed: 33, contextLength: 32)) {
            try await text(full.streamResponse(to: "a", options: options))
        }
        let less = try model.makeSession(contextLength: 32)
        _ = try await text(less.streamResponse(to: prompt(31), options: options))
        #expect(less.statistics.generatedTokens == 1 && less.tokens.count == 32)
        let more = try model.makeSession(contextLength: 32)
        await #expect(throws: ModelError.contextFull(needed: 33, contextLength: 32)) {
            try await text(more.streamResponse(to: prompt(33), options: options))
        }
    }

    @Test("With any number of drafts and any room left, the text is the one without drafts", arguments: 1...5)
    func contextFullInDraft(_ drafts: Int) async throws {
        var plain = GenerationOptions(temperature: 0)
        plain.ignoresEndOfText = true
        plain.speculation = .none
        var drafting = plain
        drafting.speculation.draftLength = .fixed(drafts)
        for room in 0...7 {
            let start = "Once upon a time"
            let expected = try await text(
                model.makeSession(contextLength: 5 + room).streamResponse(to: start, options: plain))
            let session = try model.makeSession(contextLength: 5 + room)
            #expect(try await text(session.streamResponse(to: start, options: drafting)) == expected)
            #expect(session.statistics.finishReason == .contextFull)
            #expect(session.statistics.generatedTokens == room && session.tokens.count == 5 + room)
        }
    }

    @Test("Contexts of 1 and 2 tokens, and more drafts than a context has", arguments: [1, 2, 3, 8])
    func tinyContext(_ length: Int) async throws {
        for drafts in [DraftLength.automatic, .fixed(0), .fixed(5), .fixed(64)] {
            var options = GenerationOptions(temperature: 0, speculation: .init(draftLength: drafts))
            options.ignoresEndOfText = true
            let session = try model.makeSession(contextLength: length)
            _ = try await text(session.streamResponse(to: "", options: options))
            #expect(session.statistics.finishReason == .contextFull && session.tokens.count == length)
        }
    }

    @Test("No token and one token, with drafts or without", arguments: [0, 3, 64])
    func fewTokens(_ drafts: Int) async throws {
        for count in 0...2 {
            let session = try model.makeSession(contextLength: 64)
            let options = GenerationOptions(
                temperature: 0, maximumResponseTokens: count, speculation: .init(draftLength: .fixed(drafts)))
            _ = try await text(session.streamResponse(to: "Once upon a time", options: options))
            #expect(session.statistics.finishReason == .maximumTokens)
            #expect(session.statistics.generatedTokens == count && session.tokens.count == 5 + count)
        }
    }
}
