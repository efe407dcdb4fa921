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
    /// The name of the rules by which a text is cut up before merging.
    static let preTokenizer = "tokenizer.ggml.pre"
    /// Tokens that end generation besides `eos`: a list, the end of a turn, the end of a message, and what fills up or
    /// separates files where code is completed.
    static let eosList = "tokenizer.ggml.eos_token_ids"
    static let ends =
        [eos] + ["eot", "eom", "fim_pad", "fim_rep", "fim_sep"].map { "tokenizer.ggml.\($0)_token_id" }
}
