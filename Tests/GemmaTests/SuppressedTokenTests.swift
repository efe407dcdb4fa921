import GGUF
import Gemma
import Gemma4
import Tensor
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
        let model = try GemmaModel(target: target.file, drafter: hasDrafter ? AlteredFile.drafter().file : nil)
        let session = try model.makeSession(contextLength: 128)
        for try await _ in session.streamResponse(to: "Once upon a time", options: options) {}
        return Array(session.tokens.dropFirst(5))
    }

    @Test("are never written, and drafts change nothing about it")
    func greedy() async throws {
        let options = GenerationOptions(
            temperature: 0, maximumResponseTokens: 40, ignoresEndOfText: true,
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
                temperature: 1.5, topK: 0, topP: 1, seed: UInt64(seed), maximumResponseTokens: 40,
                speculation: SpeculationOptions(draftLength: .fixed(4)))
            let plain = try await tokens(.target(), hasDrafter: hasDrafter, options)
            let suppressed = Array(Set(plain))
            let text = try await tokens(target(without: suppressed), hasDrafter: hasDrafter, options)
            #expect(!text.isEmpty && Set(text).isDisjoint(with: suppressed))
        }
    }

    @Test("have logits all the same, so that perplexity is that of the model")
    func logits() throws {
        func rows(_ file: AlteredFile) throws -> [[Float]] {
            let context = try TargetContext(
                Target(file.file), contextLength: 16, compute: Compute(threadCount: 1))
            let output = try context.forward([2, 1874, 1192, 279], logits: 1..<4, hidden: 0..<0)
            return (0..<3).map { Array(output.logits.row($0)) }
        }
        #expect(try rows(target(without: [0, 700, 2463])) == rows(.target()))
    }

    @Test("stay excluded whatever their bias")
    func bias() async throws {
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: 8, ignoresEndOfText: true)
        options.logitBias = [700: 100]
        #expect(try await tokens(.target(), hasDrafter: false, options) == Array(repeating: 700, count: 8))
        #expect(try await !tokens(target(without: [700]), hasDrafter: false, options).contains(700))
    }

    @Test("If they and a bias leave no token, the error says so")
    func nothingLeft() async throws {
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: 8)
        options.logitBias = [700: -.infinity]
        let file = try target(without: (0..<2464).filter { $0 != 700 })
        await #expect(throws: ModelError.everyTokenExcluded(position: 5)) {
            try await tokens(file, hasDrafter: true, options)
        }
    }

    @Test("may name numbers that are no token, and leave others to write")
    func invalid() throws {
        let all = try refusal(of: target(without: Array(0..<2464)))
        #expect(
            all as? ModelError
                == .invalidKey(key: Self.key, value: "every token", expected: "at least one token left to write"))
        let list = try GemmaModel(target: target(without: [7, 3, 7, -1, 2464, .max]).file).target.suppressedTokens
        #expect(list == [3, 7])
    }
}
