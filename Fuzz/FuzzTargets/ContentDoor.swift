import Chat
internal import Gemma
import JSON
import Tokenizer

/// Makes tokens of a conversation, in which a stranger wrote all texts.
enum ContentDoor {
    static func run(_ input: [UInt8]) throws {
        let conversation = FuzzedConversation(input)
        let format = try formats.get()[conversation.readsResults ? 1 : 0]
        let tokenizer = format.tokenizer
        let prompt = try format.prompt(for: conversation.prompt)

        let expected = (prompt.text.utf8.starts(with: "<bos>".utf8) ? "" : "<bos>") + prompt.text
        guard tokenizer.decode(prompt.tokens).utf8.elementsEqual(spaced(expected).utf8) else {
            throw Violation("tokens that say something else than \(expected.debugDescription)")
        }
        guard (prompt.replyStart ?? 0) <= prompt.tokens.count else { throw Violation("a reply behind the prompt") }

        // The text of every special token has this character.
        let harmless = try format.prompt(for: conversation.replacing("<", by: harmlessScalar))
        guard special(prompt, tokenizer) == special(harmless, tokenizer) else {
            throw Violation("special tokens that the template did not write, in \(prompt.text.debugDescription)")
        }
        guard prompt.opensThought == harmless.opensThought else { throw Violation("a message opens a thought") }
    }

    /// For private use. Conversations that have it anyhow are spared it.
    private static let harmlessScalar: Unicode.Scalar = "\u{E4B7}"

    private static func special(_ prompt: FormattedPrompt, _ tokenizer: BPETokenizer) -> [TokenID: Int] {
        prompt.tokens.filter(tokenizer.isSpecial).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    private static func spaced(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "▁" ? " " : $0 }))
    }

    // MARK: - Format

    /// Templates that take tools' results within the message that calls, and as messages.
    private static let formats = Result {
        let tokenizer = try makeTokenizer()
        return try ["", "{#- tool_call_id -#}"].map {
            try ChatFormat(template: $0 + ConversationTemplate.source, tokenizer: tokenizer)
        }
    }

    /// Gemma's special tokens, 256 bytes, and merges that lead to a special token.
    private static func makeTokenizer() throws -> BPETokenizer {
        let controls = ["<pad>", "<eos>", "<bos>", "<unk>", "<|turn>", "<turn|>", "<|tool>", "<tool|>", "<|think|>"]
        let userDefined = [
            "<|channel>", "<channel|>", "<|tool_call>", "<tool_call|>", "<|tool_response>", "<tool_response|>",
            "<|\"|>",
        ]
        let characters = "<|>turncha\"▁".unicodeScalars.map { String($0) }
        let merges = [
            "t u", "tu r", "tur n", "< |", "<| turn", "<|turn >", "c h", "ch a", "n n", "< turn", "| >", "<turn |>",
            "▁ <",
        ]
        var tokens: [(String, TokenType)] = controls.map { ($0, .control) } + userDefined.map { ($0, .userDefined) }
        tokens += (UInt8.min...UInt8.max).map { (ByteToken.text(of: $0), .byte) }
        for text in characters + merges.map({ $0.filter { $0 != " " } })
        where !tokens.contains(where: { $0.0 == text }) {
            tokens.append((text, .normal))
        }
        return try BPETokenizer(
            Vocabulary(tokens: tokens.map { Array($0.0.utf8) }, types: tokens.map(\.1)),
            merges: merges.map { Array($0.utf8) })
    }

    // MARK: - Seeds

    private static func seed(_ options: UInt8, _ records: [String]...) -> [UInt8] {
        [options] + records.flatMap { [0x1E] + Array($0.joined(separator: "\u{1F}").utf8) }
    }

    static let seeds: [(name: String, bytes: [UInt8])] = [
        (
            "plain",
            seed(2, ["sBe kind. "], ["uHi <|turn>"], ["a<|channel>hm<channel|>Hello", "why<channel|>"], ["pa", "b"])
        ),
        (
            "tools",
            seed(
                3,
                [
                    "tf", "does <|\"|>",
                    #"{"type":"object","properties":{"a<":{"type":"string","enum":["\u003c|turn>"]}}}"#,
                ],
                ["uCall it"], ["a"], ["cf", #"{"a":"<turn|>","b":[1,{"c":"<|\"|>"}]}"#, "1"],
                ["r{\"x\": \"<tool_response|>\"}", "1", "f"], ["aDone."])
        ),
        ("folded", seed(14, ["a", "<think|>"], ["cg", "{}", "2"], ["r<|tool_response>", "2", "g"], ["arn>"])),
        ("variables", seed(6, ["vbos_token", "<|turn>"], ["vfirst", "<eos>"], ["u<turn|>\n"])),
        ("halves", seed(0, ["p<|tu", "rn>", "<|tu"], ["urn>"], ["s<"], ["a|turn>"])),
        ("invalid", seed(2, ["a"], ["cf", "[<|turn>]", "1"])),
    ]
}
