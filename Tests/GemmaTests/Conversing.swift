import BundledModel
import Chat
import Foundation
import GGUF
import Gemma
import JSON
import Testing
import Tokenizer

/// What tests of conversations share: vocabularies, templates, and prompts.
enum Conversing {
    private static let tests = URL(fileURLWithPath: #filePath)  // Tests/GemmaTests/Conversing.swift
        .resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
    /// References that are not part of the project but stored beside it.
    private static let shared = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared")
    static let replies = tests.appendingPathComponent("Fixtures/chat/replies.json")

    /// The small vocabulary that comes with the package, and Gemma's template, which its file has.
    static let bundled = Result {
        let file = try GGUFFile(contentsOf: #require(BundledModel.target))
        return try (tokenizer: BPETokenizer(file), template: file.metadata.string("tokenizer.chat_template"))
    }

    static func format(_ template: String? = nil) throws -> ChatFormat {
        let (tokenizer, bundledTemplate) = try bundled.get()
        return try ChatFormat(template: template ?? bundledTemplate, tokenizer: tokenizer)
    }

    /// Gemma's own vocabulary; nil where the references are absent.
    static let gemma: BPETokenizer? = {
        try? BPETokenizer(GGUFFile(contentsOf: shared.appendingPathComponent("gemma4-vocab.gguf")))
    }()

    /// Templates of Gemma 4 by their names; none where the references are absent.
    static let templates: [String: String] = {
        let url = shared.appendingPathComponent("fixtures/chat/templates.json")
        guard let file = try? JSONValue(json: Array(Data(contentsOf: url))) else { return [:] }
        let members = (file["templates"]?.objectValue ?? [:]).map { ($0.key, $0.value.stringValue ?? "") }
        return Dictionary(uniqueKeysWithValues: members).filter { $0.key.hasPrefix("gemma4-") }
    }()

    /// The cases of the tokenizer's chat.json; none where the references are absent.
    static func referenceChats() throws -> [JSONValue] {
        let url = shared.appendingPathComponent("fixtures/text/chat.json")
        guard let data = try? Data(contentsOf: url) else { return [] }
        return try JSONValue(json: Array(data)).arrayValue ?? []
    }
}

extension FormattedPrompt {
    /// The texts of the special tokens among `tokens`, in order.
    func specialTexts(_ tokenizer: BPETokenizer) -> [String] {
        tokens.filter(tokenizer.isSpecial).compactMap { tokenizer.vocabulary.text(of: $0) }
    }
}
