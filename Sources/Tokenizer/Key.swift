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

    /// Whether `key` is that of a token's role; most of them mean nothing to us.
    static func isRole(_ key: String) -> Bool {
        // By bytes: String's own comparisons may take quadratic time for what a stranger wrote.
        key.utf8.starts(with: "tokenizer.ggml.".utf8) && key.utf8.reversed().starts(with: "_token_id".utf8.reversed())
    }
}
