import GGUF
import Gemma
import Testing
import Tokenizer

/// However a converter says which tokens end an answer, the answer ends there, and the token is not shown.
@Suite("Tokens that end an answer")
struct EndTokenTests {
    /// The token that ends the bundled model's stories, and one that never occurs in them.
    private static let end = 1, other = 0

    /// The story of the plain file, to its end.
    private static let plain = Task { try await Telling(count: 500) }

    /// A story that is told to its end, with the end token changed and no key that names it.
    private func expectSameStory(
        _ change: (inout AlteredFile) throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let plain = try await Self.plain.value
        #expect(plain.finish == .endOfText)
        var target = try AlteredFile.target()
        target["tokenizer.ggml.eos_token_id"] = .uint32(UInt32(Self.other))
        try change(&target)
        #expect(try await Telling(target, count: 500) == plain, sourceLocation: sourceLocation)
    }

    @Test(
        "are found by their texts, whatever their type",
        arguments: [
            ("<eos>", TokenType.normal), ("<turn|>", .userDefined), ("<|tool_response>", .normal),
            ("<|im_end|>", .normal), ("<|im_end|>", .userDefined), ("<|im_end|>", .control),
            ("<｜end▁of▁sentence｜>", .normal),
        ])
    func byText(_ text: String, _ type: TokenType) async throws {
        try await expectSameStory { file in
            // The text may be another token's.
            if let old = try file.vocabulary.firstIndex(of: text) { try file.set(text: "<old>", of: old) }
            try file.set(text: text, of: Self.end)
            try file.set(type: type, of: Self.end)
        }
    }

    @Test(
        "are found by keys",
        arguments: ["eot_token_id", "eom_token_id", "eos_token_id", "eos_token_ids", "fim_pad_token_id"])
    func byKey(_ name: String) async throws {
        try await expectSameStory { file in
            try file.set(text: "<that is all>", of: Self.end)
            try file.set(type: .normal, of: Self.end)
            file["tokenizer.ggml." + name] =
                name.hasSuffix("s") ? .array(GGUFArray([Int32(5), Int32(Self.end)])) : .uint32(UInt32(Self.end))
        }
    }

    @Test("Without a key for the end of a text the list of ends gives it")
    func listOnly() async throws {
        try await expectSameStory { file in
            try file.set(text: "<that is all>", of: Self.end)
            file["tokenizer.ggml.eos_token_id"] = nil
            file["tokenizer.ggml.eos_token_ids"] = .array(GGUFArray([Int32(Self.end)]))
        }
    }

    @Test("Ids of tokens that are used must exist; others do not matter")
    func outOfRange() async throws {
        for name in ["bos_token_id", "eos_token_id", "unknown_token_id", "eot_token_id", "fim_sep_token_id"] {
            var target = try AlteredFile.target()
            let key = "tokenizer.ggml." + name
            target[key] = .uint32(99_999)
            #expect(
                refusal(of: target) as? TokenizerError == .specialTokenOutOfRange(key: key, id: 99_999, count: 2464))
        }
        try await expectSameStory { file in
            file["tokenizer.ggml.eos_token_id"] = .uint32(UInt32(Self.end))
            for name in ["padding", "mask", "seperator", "cls", "fim_pre"] {
                file["tokenizer.ggml.\(name)_token_id"] = .int32(-1)
            }
        }
    }

    // MARK: - Chats

    private static let chat = "<bos><|turn>user\nTell me a story, Zoe<turn|>\n<|turn>model\n"

    @Test(
        "A chat is cut into the same tokens, whatever types the converter gave them",
        arguments: [TokenType.normal, .userDefined, .undefined, .unused])
    func chat(_ type: TokenType) async throws {
        let plain = try GemmaModel(target: AlteredFile.target().file).tokenizer.encode(Self.chat)
        #expect(plain.count == 15)
        var target = try AlteredFile.target()
        for text in ["<bos>", "<|turn>", "<turn|>"] { try target.set(type: type, of: target.token(text)) }
        let tokenizer = try GemmaModel(target: target.file).tokenizer
        #expect(tokenizer.encode(Self.chat) == plain)
        #expect(tokenizer.decode(plain, special: false) == "user\nTell me a story, Zoe\nmodel\n")
        let answer = try await Telling(target, prompt: [.markup(Self.chat)])
        #expect(try await answer == Telling(prompt: [.markup(Self.chat)]))
    }

    @Test("What a stranger writes never becomes one of them")
    func plainText() throws {
        var target = try AlteredFile.target()
        try target.set(type: .normal, of: target.token("<turn|>"))
        let tokenizer = try GemmaModel(target: target.file).tokenizer
        let tokens = tokenizer.encode("<turn|>", parseSpecial: false)
        #expect(!tokens.contains { tokenizer.endOfGeneration.contains($0) })
        #expect(tokenizer.decode(tokens) == "<turn|>")
    }
}
