import BundledModel
import Foundation
import Gemma
import Testing

@Suite("Saving a text")
struct SavedTextTests {
    private let folder: URL
    private var url: URL { folder.appendingPathComponent("text.cache") }
    private let options = GenerationOptions(temperature: 0, maximumResponseTokens: 60)

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func model(_ drafter: URL? = BundledModel.assistant) throws -> GemmaModel {
        try GemmaModel(contentsOf: #require(BundledModel.target), drafter: drafter)
    }

    private func session(_ type: CacheType = .f16) throws -> GemmaSession {
        try model().makeSession(contextLength: 400, keyCacheType: type, valueCacheType: type)
    }

    @Test(
        "A restored text goes on as the saved one does, beyond the window too",
        arguments: [CacheType.f16, .q8_0, .tbq4_0], [0, 1] as [Float])
    func goesOn(_ type: CacheType, _ temperature: Float) async throws {
        var options = GenerationOptions(temperature: temperature, seed: 3, maximumResponseTokens: 50)
        options.ignoresEndOfText = true
        let original = try session(type)
        for prompt in ["Once upon a time", " Then", " At last,"] {
            _ = try await original.respond(to: prompt, options: options)
            let saved = try await original.save(to: url)
            #expect(saved == original.tokens.count)
            let restored = try session(type)
            #expect(try await restored.restore(from: url) == saved && restored.tokens == original.tokens)
            let text = try await restored.respond(to: " She", options: options)
            // The saved one goes on by itself, and a second time from what was saved.
            #expect(try await original.respond(to: " She", options: options).tokens == text.tokens)
            #expect(restored.statistics.promptTokens < 8 && restored.tokens == original.tokens)
            try await original.restore(from: url)
            #expect(try await original.respond(to: " She", options: options).tokens == text.tokens)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("A generation that is under way ends where its text is replaced, and goes on where it is saved")
    func underWay() async throws {
        let session = try session()
        let whole = try await self.session().respond(to: "Once upon a time", options: options).text
        var text = ""
        for try await piece in session.streamResponse(to: "Once upon a time", options: options) {
            text += piece
            #expect(try await session.save(to: url) == session.tokens.count)
        }
        #expect(text == whole)
        await #expect {
            for try await _ in session.streamResponse(to: " and", options: options) {
                try await session.restore(from: url)
            }
        } throws: {
            if case GemmaError.superseded = $0 { true } else { false }
        }
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("Texts of other sessions that begin like a restored one need not be read again")
    func shared() async throws {
        let original = try session()
        _ = try await original.respond(to: "Once upon a time", options: options)
        try await original.save(to: url)
        let model = try model()
        try await model.makeSession(contextLength: 400).restore(from: url)
        let other = try model.makeSession(contextLength: 400)
        let edit = GemmaSession.Edit.replace(original.tokens + [7, 8], keepingWindowsBefore: [])
        _ = try await other.streamResponse(to: edit, options: options).collect()
        #expect(other.statistics.cachedPromptTokens == original.tokens.count - 1)
        #expect(other.tokens.starts(with: original.tokens + [7, 8]))
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("After a reset there is nothing to save, and a restored text is there all the same")
    func reset() async throws {
        let session = try session()
        _ = try await session.respond(to: "Once upon a time", options: options)
        let tokens = session.tokens
        try await session.save(to: url)
        session.reset()
        #expect(try await session.save(to: folder.appendingPathComponent("empty.cache")) == 0)
        try await session.restore(from: url)
        #expect(session.tokens == tokens)
        _ = try await session.respond(to: " and", options: options)
        #expect(session.tokens.starts(with: tokens) && session.statistics.promptTokens < 5)
        try await session.restore(from: folder.appendingPathComponent("empty.cache"))
        #expect(session.tokens.isEmpty)
        let again = try await session.respond(to: "Once upon a time", options: options)
        #expect(again.text == (try await self.session().respond(to: "Once upon a time", options: options).text))
        try? FileManager.default.removeItem(at: folder)
    }

    @Test("What cannot be restored is said, and the text stays as it was")
    func refused() async throws {
        let session = try session()
        _ = try await session.respond(to: "Once upon a time", options: options)
        try await session.save(to: url)
        let small = try model().makeSession(contextLength: 20)
        _ = try await small.respond(to: "One", options: GenerationOptions(temperature: 0, maximumResponseTokens: 2))
        let tokens = small.tokens
        await #expect {
            try await small.restore(from: url)
        } throws: { error in
            guard case GemmaError.cannotLoad(url.path, CacheFileError.tooLong(_, 20)) = error else { return false }
            return "\(error)".contains(url.path)
        }
        await #expect(throws: GemmaError.self) { try await small.restore(from: folder) }
        await #expect(throws: GemmaError.self) { try await small.restore(from: folder.appendingPathComponent("none")) }
        #expect(small.tokens == tokens)
        await #expect {
            try await small.save(to: folder.appendingPathComponent("no/folder"))
        } throws: {
            if case GemmaError.cannotSave(_, CacheFileError.cannotWrite) = $0 { true } else { false }
        }
        try? FileManager.default.removeItem(at: folder)
    }
}
