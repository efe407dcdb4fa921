import Constraint
import Foundation
import JSON
import Testing

/// A grammar of Tests/Fixtures/constraints: texts that it must accept and refuse.
struct GrammarCase: CustomTestStringConvertible {
    let name: String
    let grammar: String
    let accepted: [[TextSymbol]]
    let refused: [[TextSymbol]]
    /// Whether the grammar must not compile.
    let isFaulty: Bool

    var testDescription: String { name }

    static let all: [GrammarCase] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/constraints")
        guard let data = try? Data(contentsOf: folder.appending(path: "schemas.json")),
            let json = try? JSONValue(json: Array(data)), let cases = json["grammars"]?.arrayValue
        else { return [] }
        return cases.map(GrammarCase.init)
    }()

    /// Gemma 4's numbers of the tokens that the grammars mention by their texts.
    static let tokens: [String: Int32] = [
        "<|tool_call>": 48, "<tool_call|>": 49, "<|\"|>": 52, "<|channel>": 100, "<channel|>": 101,
    ]

    private init(_ json: JSONValue) {
        /// A text, or a list of texts and special tokens.
        func symbols(_ value: JSONValue) -> [TextSymbol] {
            let pieces: [JSONValue] = value.arrayValue ?? [value]
            return pieces.flatMap { piece -> [TextSymbol] in
                if let token = piece["special"]?.stringValue.flatMap({ Self.tokens[$0] }) { return [.token(token)] }
                return TextSymbol.text(piece.stringValue ?? "")
            }
        }
        name = json["name"]?.stringValue ?? ""
        grammar = json["grammar"]?.stringValue ?? ""
        accepted = json["accepts"]?.arrayValue?.map(symbols) ?? []
        refused = json["rejects"]?.arrayValue?.map(symbols) ?? []
        isFaulty = json["error"]?.boolValue ?? false
    }
}

extension TextSymbol {
    /// The first of 256 tokens that are a byte each.
    static let firstByteToken: Int32 = 1000

    /// A token in any case.
    var asToken: TextSymbol {
        if case .byte(let byte) = self { .token(Self.firstByteToken + Int32(byte)) } else { self }
    }
}
