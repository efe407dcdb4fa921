import GGUF
import Gemma
import Gemma4
import Testing
import Tokenizer

/// `tokenizer.ggml.suppress_tokens`, as 12B's file has it.
@Suite("Suppressed tokens")
struct SuppressedTokenTests {
    private static let key = "tokenizer.ggml.suppress_tokens"

    /// The bundled target, in which none of these may be written.
    private func target(without tokens: [TokenID]) throws -> AlteredFile {
        var file = try AlteredFile.target()
        file[Self.key] = .array(GGUFArray(tokens))
        return file
    }

    private func tokens(_ target: AlteredFile, hasDrafter: Bool, _ options: GenerationOptions) async throws -> [TokenID]
    {
        let pair = try Pair(target: target.file, assistant: hasDrafter ? AlteredFile.drafter().file : nil)
        let session = try Session(pair, contextLength: 128, threads: 1)
        for try await _ in session.generate("Once upon a time", options: options) {}
        return Array(session.tokens.dropFirst(5))
    }

    @Test("are never written, and drafts change nothing about it")
    func greedy() async throws {
        let options = GenerationOptions(
            temperature: 0, maximumTokens: 40, ignoresEndOfText: true,
            speculation: SpeculationOptions(draftLength: .fixed(4)))
        let plain = try await tokens(.target(), hasDrafter: true, options)
        let suppressed = Array(Set(plain.prefix(6)))
        let file = try target(without: suppressed)
        let text = try await tokens(file, hasDrafter: false, options)
        #expect(text.count == 40)
        #expect(Set(text).isDisjoint(with: suppressed))
        #expect(try await tokens(file, hasDrafter: true, options) == text)
    }

    @Test("are never drawn at any temperature", arguments: [false, true])
    func sampled(_ hasDrafter: Bool) async throws {
        for seed in 0..<5 {
            let options = GenerationOptions(
                temperature: 1.5, topK: 0, topP: 1, seed: UInt64(seed), maximumTokens: 40,
                speculation: SpeculationOptions(draftLength: .fixed(4)))
            let plain = try await tokens(.target(), hasDrafter: hasDrafter, options)
            let suppressed = Array(Set(plain))
            let text = try await tokens(target(without: suppressed), hasDrafter: hasDrafter, options)
            #expect(!text.isEmpty && Set(text).isDisjoint(with: suppressed))
        }
    }

    @Test("must be tokens, and leave others to write")
    func invalid() throws {
        for bad in [-1, 2464] as [Int32] {
            let error = try refusal(of: target(without: [3, bad]))
            #expect(
                error as? ModelError
                    == .invalidKey(key: Self.key, value: "\(bad)", expected: "0 to 2463 for each token"))
        }
        let all = try refusal(of: target(without: Array(0..<2464)))
        #expect(
            all as? ModelError
                == .invalidKey(key: Self.key, value: "every token", expected: "at least one token left to write"))
        let list = try Pair(target: target(without: [7, 3, 7]).file).target.suppressedTokens
        #expect(list == [3, 7])
    }
}
