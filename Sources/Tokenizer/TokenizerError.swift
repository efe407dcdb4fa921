import GGUF

/// What is wrong with a file's vocabulary.
///
/// Every case carries the keys and numbers that a reader of the message needs. Texts never fail to encode.
public enum TokenizerError: Error, Equatable, Sendable {
    /// A key is missing or has the wrong type.
    case metadata(GGUFError)
    /// The file's tokenizer is another one than ours.
    case unsupportedModel(found: String, supported: String)
    /// Two arrays that belong together differ in length.
    case countMismatch(key: String, count: Int, otherKey: String, otherCount: Int)
    /// An array is longer than token ids or ranks can count.
    case tooMany(key: String, count: Int, limit: Int)
    /// A token's type is none of `TokenType`.
    case invalidTokenType(token: Int, value: Int)
    /// A token has more bytes than any token needs.
    case tokenTooLong(token: Int, byteCount: Int, limit: Int)
    /// All special tokens together have more bytes than any model's.
    case tooManySpecialTokens(limit: Int)
    /// A token of type 6 is not the text of a byte.
    case malformedByteToken(token: Int, text: String)
    /// The id of a special token lies outside of the vocabulary.
    case specialTokenOutOfRange(key: String, id: Int, count: Int)
    /// A special token that is needed has neither a key of its own nor its usual text.
    case missingSpecialToken(key: String, text: String)
    /// A byte has no token, and no unknown token could stand for it.
    case missingByteToken(byte: UInt8)
    /// A merge has no space between its left and its right part.
    case malformedMerge(rank: Int, merge: String)
    /// A merge's left or right part, or what they make together, is no token.
    case unknownMergeToken(rank: Int, merge: String, token: String)
}

extension TokenizerError: CustomStringConvertible {
    public var description: String {
        // `debugDescription` keeps a text with line breaks on one line.
        switch self {
        case .metadata(let error):
            "vocabulary: \(error)"
        case .unsupportedModel(let found, let supported):
            "tokenizer.ggml.model is \(found.debugDescription); this build reads \(supported.debugDescription), "
                + "use a Gemma 4 file"
        case .countMismatch(let key, let count, let otherKey, let otherCount):
            "\(key) has \(count) elements, but \(otherKey) has \(otherCount); convert the file again"
        case .tooMany(let key, let count, let limit):
            "\(key) has \(count) elements; at most \(limit) are supported"
        case .invalidTokenType(let token, let value):
            "tokenizer.ggml.token_type says \(value) for token \(token); expected 0 to 6"
        case .tooManySpecialTokens(let limit):
            "the control and user-defined tokens of tokenizer.ggml.tokens have more than \(limit) bytes together, which no "
                + "Gemma 4 file has; convert the file again"
        case .tokenTooLong(let token, let count, let limit):
            "tokenizer.ggml.tokens[\(token)] has \(count) bytes; expected at most \(limit)"
        case .malformedByteToken(let token, let text):
            "tokenizer.ggml.tokens[\(token)] is a byte by its type and \(text.debugDescription) by its text; expected "
                + "<0x00> to <0xFF>"
        case .specialTokenOutOfRange(let key, let id, let count):
            "\(key) is \(id), outside of the vocabulary of \(count) tokens; correct the key or convert the file again"
        case .missingSpecialToken(let key, let text):
            "the file has neither \(key) nor a token \(text); convert it again"
        case .missingByteToken(let byte):
            "tokenizer.ggml.tokens lacks \(ByteToken.text(of: byte)) and there is no unknown token to stand for it; "
                + "convert the file again"
        case .malformedMerge(let rank, let merge):
            "tokenizer.ggml.merges[\(rank)], \(merge.debugDescription), has no space between two parts; "
                + "convert the file again"
        case .unknownMergeToken(let rank, let merge, let token):
            "tokenizer.ggml.merges[\(rank)], \(merge.debugDescription), needs the token \(token.debugDescription), "
                + "which is not in tokenizer.ggml.tokens; convert the file again"
        }
    }
}
