/// Texts whose tokens are special in every file, whatever type the file's converter gave them.
enum SpecialTexts {
    /// The special tokens of Gemma 4's own vocabulary, and their types there.
    static let types: [(text: String, type: TokenType)] = [
        ("<pad>", .control), ("<eos>", .control), ("<bos>", .control), ("<unk>", .control), ("<mask>", .control),
        ("<|tool>", .control), ("<tool|>", .control), ("<|think|>", .control), ("<|turn>", .control),
        ("<turn|>", .control), ("<|image>", .control), ("<|audio>", .control), ("<|image|>", .control),
        ("<|audio|>", .control), ("<image|>", .control), ("<audio|>", .control), ("<|video|>", .control),
        ("<|tool_call>", .userDefined), ("<tool_call|>", .userDefined), ("<tool_response|>", .userDefined),
        ("<|\"|>", .userDefined), ("<|channel>", .userDefined), ("<channel|>", .userDefined),
    ]

    /// Texts that end an answer: those of Gemma 4, and what converters and fine-tunings have put in their place. They
    /// are the ones that llama.cpp looks for.
    static let ends = [
        "<eos>", "<turn|>", "<|tool_response>", "<end_of_turn>", "<|im_end|>", "<|endoftext|>", "<|end_of_text|>",
        "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
        "<end_of_utterance>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    ]

    /// A text that ends an answer if its token is a control token; in Gemma 4's vocabulary it is a tag of HTML.
    static let endIfControl = "</s>"

    /// The type of a token in a file that gives none.
    static func type(of token: some Collection<UInt8>) -> TokenType {
        ByteToken.byte(of: Array(token)) == nil ? .normal : .byte
    }
}

/// A token that ends generation, and why.
public struct EndToken: Sendable, Hashable {
    public let token: TokenID
    /// The keys of the file that say so; empty if its text alone does.
    public internal(set) var keys: [String]
    /// Whether its text is one that ends an answer in every file.
    public internal(set) var isKnownText: Bool
}
