package import Foundation
package import GGUF
internal import Tokenizer

/// Tokenizes and detokenizes the cases of tokenizer.json and tokenizes those of chat.json.
package struct TokenizerCheck {
    private let tokenizer: BPETokenizer

    package init(vocabulary: GGUFFile) throws { tokenizer = try BPETokenizer(vocabulary) }

    private struct TokenizerCase: Decodable {
        let text: String
        /// Special tokens parsed.
        let ids: [Int32]
        /// Special tokens as text.
        let plain: [Int32]
        let decoded: String
    }

    private struct ChatCase: Decodable {
        let rendered: String
        let ids: [Int32]
    }

    /// Checks one file, which must be called tokenizer.json or chat.json.
    package func run(_ url: URL) throws -> CountedResult { try run(read(url), name: url.lastPathComponent) }

    /// Checks the cases of `json`, the content of a file called `name`.
    package func run(_ json: Data, name: String) throws -> CountedResult {
        try name == "chat.json" ? checkChats(json, name) : checkTexts(json, name)
    }

    private func checkTexts(_ json: Data, _ name: String) throws -> CountedResult {
        let cases = try decodeJSON([TokenizerCase].self, json, path: name)
        var result = CountedResult(name: name, cases: cases.count)
        for item in cases {
            let isExact =
                tokenizer.encode(item.text) == item.ids
                && tokenizer.encode(item.text, parseSpecial: false) == item.plain
                // Unicode scalars: String's == would accept another normalisation.
                && tokenizer.decode(item.ids).unicodeScalars.elementsEqual(item.decoded.unicodeScalars)
            result.count(item.text, isExact: isExact)
        }
        return result
    }

    private func checkChats(_ json: Data, _ name: String) throws -> CountedResult {
        let cases = try decodeJSON([ChatCase].self, json, path: name)
        var result = CountedResult(name: name, cases: cases.count)
        for item in cases { result.count(item.rendered, isExact: tokenizer.encode(item.rendered) == item.ids) }
        return result
    }
}
