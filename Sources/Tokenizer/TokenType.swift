/// The kind of a token. Raw values are those of `tokenizer.ggml.token_type`.
public enum TokenType: UInt8, Sendable {
    /// The file does not tell.
    case undefined = 0
    /// Text.
    case normal = 1
    /// Stands for text that does not have tokens.
    case unknown = 2
    /// Controls the model and is not part of the text: `<bos>`, `<turn|>`.
    case control = 3
    /// Marks a place in the text and is part of it: `<|channel>`, `<|tool_call>`.
    case userDefined = 4
    /// An unused entry of the table.
    case unused = 5
    /// One byte of a character that is not a token, written `<0x00>` to `<0xFF>`.
    case byte = 6

    /// Whether tokens of this type are cut out of a text first.
    var isSpecial: Bool { self == .control || self == .userDefined }

    /// Whether tokens of this type are hidden from a reader of the answer.
    var isHidden: Bool { self == .control || self == .unknown }
}
