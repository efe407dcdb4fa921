import GGUF

extension BPETokenizer {
    /// Reads the vocabulary of a model file.
    /// - Throws: `TokenizerError` if the file has another kind of tokenizer, or an inconsistent one.
    public convenience init(_ file: GGUFFile) throws(TokenizerError) {
        let metadata = file.metadata
        let model = try Self.read { () throws(GGUFError) in try metadata.string(Key.model) }
        // By bytes: comparing Strings may take quadratic time for hostile input.
        guard model.utf8.elementsEqual(Self.model.utf8) else {
            throw .unsupportedModel(found: model, supported: Self.model)
        }
        let merges = try Self.read { () throws(GGUFError) in try metadata.strings(Key.merges) }
        try self.init(Vocabulary(metadata), merges: merges)
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
        let values = try BPETokenizer.read { () throws(GGUFError) in try metadata.integers(Key.tokenTypes) }
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
        for key in metadata.keys where Key.isRole(key) {
            guard let id = try role(key), !tokens.indices.contains(id) else { continue }
            throw .specialTokenOutOfRange(key: key, id: id, count: tokens.count)
        }
        var types: [TokenType] = []
        types.reserveCapacity(values.count)
        for (token, value) in values.enumerated() {
            guard let rawValue = UInt8(exactly: value), let type = TokenType(rawValue: rawValue) else {
                throw .invalidTokenType(token: token, value: value)
            }
            types.append(type)
        }
        try self.init(
            tokens: tokens, types: types, bos: role(Key.bos), eos: role(Key.eos), unknown: role(Key.unknown))
    }
}
