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
    /// are the ones that llama.cpp looks for. The last lines fill up, or separate files, where code is completed.
    private static let ends = [
        "<eos>", "<turn|>", "<|tool_response>", "<end_of_turn>", "<|im_end|>", "<|endoftext|>", "<|end_of_text|>",
        "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
        "<end_of_utterance>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "</s>", "<｜end▁of▁sentence｜>", "[e~[",
        "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]",
        "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
    ]

    /// In Gemma 4's vocabulary, a tag of HTML; in others, the end of a text.
    static let tagOrEnd = "</s>"

    /// The texts that end an answer in a vocabulary.
    /// - Parameter has: whether a text is a token of it.
    static func ends(where has: (String) -> Bool) -> [String] {
        var ends = ends
        if has("<|tool_response>") { ends.removeAll { $0 == tagOrEnd } }
        // With these it ends a message of an answer; the answer ends with one of them.
        if has("<|call|>") || has("<|calls|>"), has("<|return|>") || has("<|flush|>") {
            ends.removeAll { $0 == "<|end|>" }
        }
        return ends
    }

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
