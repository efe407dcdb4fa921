import GGUF

/// What is wrong with the vocabulary of a file, or with a prompt that asks for tokens it does not have.
///
/// Every case carries the keys and numbers that a reader of the message needs. Encoding a text never fails.
public enum TokenizerError: Error, Equatable, Sendable {
    /// A key is missing or has the wrong type.
    case metadata(GGUFError)
    /// The file has another kind of tokenizer.
    /// - Parameter rules: `tokenizer.ggml.pre`.
    case unsupportedModel(found: String, rules: String?, supported: String)
    /// The file has a tokenizer without merges (SentencePiece), which Gemma 4's is not.
    case noMerges(model: String)
    /// Two arrays that must have the same length differ.
    case countMismatch(key: String, count: Int, otherKey: String, otherCount: Int)
    /// An array has more elements than token ids or ranks can number.
    case tooMany(key: String, count: Int, limit: Int)
    /// The type of a token is not one of `TokenType`.
    case invalidTokenType(token: Int, value: Int)
    /// A token is longer than any token needs to be.
    case tokenTooLong(token: Int, byteCount: Int, limit: Int)
    /// The special tokens together have more bytes than those of any model.
    case tooManySpecialTokens(limit: Int)
    /// A token of type 6 is not the text of a byte.
    case malformedByteToken(token: Int, text: String)
    /// The id of a special token is outside the vocabulary.
    case specialTokenOutOfRange(key: String, id: Int, count: Int)
    /// A required special token has neither a key nor a token with its usual text.
    case missingSpecialToken(key: String, text: String)
    /// A byte does not have a token, and there is no unknown token to stand for it.
    case missingByteToken(byte: UInt8)
    /// A merge does not have a space between its left and right part.
    case malformedMerge(rank: Int, merge: String)
    /// The left or right part of a merge, or the result, is not a token.
    case unknownMergeToken(rank: Int, merge: String, token: String)
    /// A prompt names a special token that the vocabulary does not have, or that is ordinary there.
    case unknownSpecialToken(text: String)
    /// A prompt has a token that is outside the vocabulary.
    case tokenOutOfRange(id: Int, count: Int)
}

extension TokenizerError: CustomStringConvertible {
    public var description: String {
        // `debugDescription` escapes line breaks, so the message stays on one line.
        switch self {
        case .metadata(let error):
            "vocabulary: \(error)"
        case .unsupportedModel(let found, let rules, let supported):
            "tokenizer.ggml.model is \(found.debugDescription)"
                + (rules.map { " (tokenizer.ggml.pre: \($0.debugDescription))" } ?? "")
                + "; this build supports \(supported.debugDescription), Gemma 4's tokenizer; use a Gemma 4 file"
        case .noMerges(let model):
            "tokenizer.ggml.model is \(model.debugDescription) and tokenizer.ggml.merges is missing; Gemma 4 merges by "
                + "that list, so convert the file again with a converter that writes it"
        case .countMismatch(let key, let count, let otherKey, let otherCount):
            "\(key) has \(count) elements, but \(otherKey) has \(otherCount); convert the file again"
        case .tooMany(let key, let count, let limit):
            "\(key) has \(count) elements; at most \(limit) are supported"
        case .invalidTokenType(let token, let value):
            "tokenizer.ggml.token_type says \(value) for token \(token); expected 0 to 6"
        case .tooManySpecialTokens(let limit):
            "the control and user-defined tokens of tokenizer.ggml.tokens together have more than \(limit) bytes, more "
                + "than any Gemma 4 file; convert the file again"
        case .tokenTooLong(let token, let count, let limit):
            "tokenizer.ggml.tokens[\(token)] has \(count) bytes; expected at most \(limit)"
        case .malformedByteToken(let token, let text):
            "tokenizer.ggml.tokens[\(token)] has the type of a byte, but its text is \(text.debugDescription); "
                + "expected <0x00> to <0xFF>"
        case .specialTokenOutOfRange(let key, let id, let count):
            "\(key) is \(id), outside the vocabulary of \(count) tokens; correct the key or convert the file again"
        case .missingSpecialToken(let key, let text):
            "the file has neither \(key) nor a token \(text); convert it again"
        case .missingByteToken(let byte):
            "tokenizer.ggml.tokens lacks \(ByteToken.text(of: byte)) and there is no unknown token to stand for it; "
                + "convert the file again"
        case .malformedMerge(let rank, let merge):
            "tokenizer.ggml.merges[\(rank)], \(merge.debugDescription), does not have a space between two parts; "
                + "convert the file again"
        case .unknownMergeToken(let rank, let merge, let token):
            "tokenizer.ggml.merges[\(rank)], \(merge.debugDescription), needs the token \(token.debugDescription), "
                + "which is not in tokenizer.ggml.tokens; convert the file again"
        case .unknownSpecialToken(let text):
            "\(text.debugDescription) is not a special token of this model"
        case .tokenOutOfRange(let id, let count):
            "the prompt has the token \(id), outside the vocabulary of \(count) tokens"
        }
    }
}
