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

    @Test("have no logits, whoever asks for them")
    func logits() throws {
        func rows(_ file: AlteredFile) throws -> [[Float]] {
            let context = try TargetContext(
                Target(file.file), contextLength: 16, compute: Compute(threadCount: 1))
            let output = try context.forward([2, 1874, 1192, 279], logits: 1..<4, hidden: 0..<0)
            return (0..<3).map { Array(output.logits.row($0)) }
        }
        let suppressed: [TokenID] = [0, 700, 2463]
        let (plain, masked) = (try rows(.target()), try rows(target(without: suppressed)))
        for (plain, masked) in zip(plain, masked) {
            let places = masked.indices.filter { masked[$0] != plain[$0] }
            #expect(places.map { TokenID($0) } == suppressed)
            #expect(places.allSatisfy { masked[$0] == -.infinity })
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
