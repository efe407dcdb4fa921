import Foundation
import GGUF
import Testing
import Tokenizer

/// The reference's answers for the real vocabulary. They are not part of the project: 16 MB, stored beside it on the
/// machines where it is developed.
private enum Reference {
    static let folder = URL(fileURLWithPath: #filePath)  // Tests/TokenizerTests/ReferenceTests.swift
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("shared")
    static let vocabulary = folder.appendingPathComponent("gemma4-vocab.gguf")
    static let texts = folder.appendingPathComponent("fixtures/text")

    static var isPresent: Bool {
        [vocabulary, texts].allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    static func read<T: Decodable>(_ name: String) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(contentsOf: texts.appendingPathComponent(name)))
    }
}

private struct TextCase: Decodable {
    let text: String
    let ids: [TokenID]
    let plain: [TokenID]
    let decoded: String
}

private struct ChatCase: Decodable {
    let rendered: String
    let ids: [TokenID]
}

@Suite(.enabled(if: Reference.isPresent, "needs ../shared/gemma4-vocab.gguf and ../shared/fixtures/text"))
struct ReferenceTests {
    @Test func everyReferenceTextIsEncodedAndDecodedAlike() throws {
        let tokenizer = try BPETokenizer(GGUFFile(contentsOf: Reference.vocabulary))
        let cases: [TextCase] = try Reference.read("tokenizer.json")
        for example in cases {
            #expect(tokenizer.encode(example.text) == example.ids)
            #expect(tokenizer.encode(example.text, parseSpecial: false) == example.plain)
            #expect(tokenizer.decode(example.ids).utf8.elementsEqual(example.decoded.utf8))
            var decoder = StreamingDecoder(tokenizer, special: true)
            let pieces = example.ids.map { decoder.append($0) } + [decoder.finish()]
            #expect(pieces.joined().utf8.elementsEqual(example.decoded.utf8))
        }
        let chats: [ChatCase] = try Reference.read("chat.json")
        for chat in chats {
            #expect(tokenizer.encode(chat.rendered) == chat.ids)
            #expect(try tokenizer.encode([.markup(chat.rendered)]) == chat.ids)
            let text = ordinaryRanges(chat.rendered)
            #expect(tokenizer.encode(chat.rendered, ordinary: text) == chat.ids)
        }
    }

    /// Every word of the text that touches no special token, so that borders are everywhere.
    private func ordinaryRanges(_ text: String) -> [Range<Int>] {
        let bytes = Array(text.utf8)
        return bytes.indices.filter { "abcdefghijklmnopqrstuvwxyz \n".utf8.contains(bytes[$0]) }.compactMap { index in
            let start = bytes[..<index].lastIndex(of: UInt8(ascii: "<"))
            let end = bytes[..<index].lastIndex(of: UInt8(ascii: ">"))
            let isWithinToken = start.map { $0 > (end ?? -1) } ?? false
            return isWithinToken || !index.isMultiple(of: 3) ? nil : index..<index + 1
        }
    }
}
