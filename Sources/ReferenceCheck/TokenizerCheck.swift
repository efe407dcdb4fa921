package import Foundation
package import GGUF
import Tokenizer

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

    /// The outcome over a whole file.
    package struct Result: CheckResult {
        package let name: String
        let cases: Int
        /// The texts that differ, at most ten.
        var differing: [String] = []
        var differingCount = 0

        package var passed: Bool { differingCount == 0 }

        package var line: String {
            let examples = differing.map { "\n       \($0.debugDescription.prefix(200))" }.joined()
            return "\(passed ? "ok    " : "FAILED") \(name): \(cases - differingCount) of \(cases) exact\(examples)"
        }

        mutating func count(_ text: String, isExact: Bool) {
            guard !isExact else { return }
            differingCount += 1
            if differing.count < 10 { differing.append(text) }
        }
    }

    /// Checks one file, which must be called tokenizer.json or chat.json.
    package func run(_ url: URL) throws -> Result { try run(read(url), name: url.lastPathComponent) }

    /// Checks the cases of `json`, the content of a file called `name`.
    package func run(_ json: Data, name: String) throws -> Result {
        try name == "chat.json" ? checkChats(json, name) : checkTexts(json, name)
    }

    private func checkTexts(_ json: Data, _ name: String) throws -> Result {
        let cases = try decodeJSON([TokenizerCase].self, json, path: name)
        var result = Result(name: name, cases: cases.count)
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

    private func checkChats(_ json: Data, _ name: String) throws -> Result {
        let cases = try decodeJSON([ChatCase].self, json, path: name)
        var result = Result(name: name, cases: cases.count)
        for item in cases { result.count(item.rendered, isExact: tokenizer.encode(item.rendered) == item.ids) }
        return result
    }
}
