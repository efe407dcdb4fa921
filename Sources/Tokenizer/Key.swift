/// The metadata keys of a vocabulary.
enum Key {
    static let model = "tokenizer.ggml.model"
    static let tokens = "tokenizer.ggml.tokens"
    static let scores = "tokenizer.ggml.scores"
    static let tokenTypes = "tokenizer.ggml.token_type"
    static let merges = "tokenizer.ggml.merges"
    static let bos = "tokenizer.ggml.bos_token_id"
    static let eos = "tokenizer.ggml.eos_token_id"
    static let unknown = "tokenizer.ggml.unknown_token_id"

    /// Whether `key` gives the token of a role. Most roles are not used here.
    static func isRole(_ key: String) -> Bool {
        // By bytes: comparing Strings may take quadratic time for hostile input.
        key.utf8.starts(with: "tokenizer.ggml.".utf8) && key.utf8.reversed().starts(with: "_token_id".utf8.reversed())
    }
}
