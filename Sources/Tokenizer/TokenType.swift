/// What a token of the vocabulary is for: the numbers of `tokenizer.ggml.token_type`.
public enum TokenType: UInt8, Sendable {
    /// The file does not say.
    case undefined = 0
    /// Text.
    case normal = 1
    /// Stands for text that no token covers.
    case unknown = 2
    /// Steers the model and is not part of the text: `<bos>`, `<turn|>`.
    case control = 3
    /// Marks a place in the text and is part of it: `<|channel>`, `<|tool_call>`.
    case userDefined = 4
    /// A place in the table that means nothing.
    case unused = 5
    /// One byte of a character that is no token, written `<0x00>` to `<0xFF>`.
    case byte = 6

    /// Whether tokens of this type are cut out of a text before it is divided further.
    var isSpecial: Bool { self == .control || self == .userDefined }

    /// Whether a reader of the model's answer is meant to see tokens of this type.
    var isHidden: Bool { self == .control || self == .unknown }
}
