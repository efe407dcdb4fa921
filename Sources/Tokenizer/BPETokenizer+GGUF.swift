import GGUF

extension BPETokenizer {
    /// Reads the vocabulary of a model file.
    /// - Throws: `TokenizerError` if the file has another kind of tokenizer, or an inconsistent one.
    public convenience init(_ file: GGUFFile) throws(TokenizerError) {
        let metadata = file.metadata
        try Self.checkModel(metadata)
        let merges = try Self.read { () throws(GGUFError) in try metadata.strings(Key.merges) }
        try self.init(Vocabulary(metadata), merges: merges)
    }

    /// Gemma 4's tokenizer goes by several names: `gemma4`; `llama` with merges, as Ollama writes it; `gpt2` with the
    /// rules of `gemma4` for cutting texts up.
    private static func checkModel(_ metadata: GGUFMetadata) throws(TokenizerError) {
        let name = try read { () throws(GGUFError) in try metadata.string(Key.model) }
        let rules = try read { () throws(GGUFError) in try metadata.stringIfPresent(Key.preTokenizer) }
        // By bytes: comparing Strings may take quadratic time for hostile input.
        func isEqual(_ text: String?, _ other: String) -> Bool { text?.utf8.elementsEqual(other.utf8) ?? false }
        if isEqual(name, model) || (isEqual(name, "gpt2") && isEqual(rules, model)) { return }
        guard isEqual(name, "llama") else { throw .unsupportedModel(found: name, rules: rules, supported: model) }
        guard metadata[Key.merges] != nil else { throw .noMerges(model: name) }
    }

    /// Runs `body` and wraps its errors.
    fileprivate static func read<T>(_ body: () throws(GGUFError) -> T) throws(TokenizerError) -> T {
        do { return try body() } catch { throw .metadata(error) }
    }
}

extension Vocabulary {
    /// Reads the tokens and their roles from the metadata of a model file.
    package init(_ metadata: GGUFMetadata) throws(TokenizerError) {
        func role(_ key: String) throws(TokenizerError) -> Int? {
            try BPETokenizer.read { () throws(GGUFError) in try metadata.integerIfPresent(key) }
        }
        let tokens = try BPETokenizer.read { () throws(GGUFError) in try metadata.strings(Key.tokens) }
        // The scores are not used, but their number must match that of the tokens.
        if let scores = metadata[Key.scores] {
            guard case .array(let array) = scores else {
                throw .metadata(.wrongType(key: Key.scores, expected: "array", found: "\(scores.type)"))
            }
            guard array.count == tokens.count else {
                throw .countMismatch(
                    key: Key.scores, count: array.count, otherKey: Key.tokens, otherCount: tokens.count)
            }
        }
        try self.init(
            tokens: tokens, types: Self.types(metadata, tokens), bos: role(Key.bos), eos: role(Key.eos),
            unknown: role(Key.unknown), ends: Self.ends(metadata))
    }

    /// The type of each token; by their texts if the file has none.
    private static func types(_ metadata: GGUFMetadata, _ tokens: GGUFStrings) throws(TokenizerError) -> [TokenType] {
        let stored = try BPETokenizer.read { () throws(GGUFError) in try metadata.integersIfPresent(Key.tokenTypes) }
        guard let stored else { return tokens.map(SpecialTexts.type) }
        var types: [TokenType] = []
        types.reserveCapacity(stored.count)
        for (token, value) in stored.enumerated() {
            guard let rawValue = UInt8(exactly: value), let type = TokenType(rawValue: rawValue) else {
                throw .invalidTokenType(token: token, value: value)
            }
            types.append(type)
        }
        return types
    }

    /// The tokens that end generation by the file's keys.
    private static func ends(_ metadata: GGUFMetadata) throws(TokenizerError) -> [(key: String, id: Int)] {
        var ends: [(key: String, id: Int)] = []
        for key in Key.ends {
            let id = try BPETokenizer.read { () throws(GGUFError) in try metadata.integerIfPresent(key) }
            if let id { ends.append((key, id)) }
        }
        let list = try BPETokenizer.read { () throws(GGUFError) in try metadata.integersIfPresent(Key.eosList) }
        return ends + (list ?? []).map { (Key.eosList, $0) }
    }
}
