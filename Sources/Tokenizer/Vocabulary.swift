/// The tokens of a model: their bytes and types, and which of them have a role.
///
/// Tokens are byte strings. They are compared byte by byte, never as `String`s, whose equality would conflate
/// `e` + U+0301 with `é`. Where two tokens have the same bytes, the first is the one that is found.
public struct Vocabulary: Sendable {
    /// The token that stands at the beginning of every sequence.
    public let bos: TokenID
    /// The token that ends a text.
    public let eos: TokenID
    /// The token that stands for a character that no tokens cover, if there is one.
    public let unknown: TokenID?

    let table: TokenTable
    let types: [TokenType]

    private static let largestCount = 1 << 20  // 262144 in all Gemma 4 models
    // Bytes of a token at most: ten times what Gemma 4 has. A text is looked through for special tokens in time that grows
    // with their length.
    static let longestToken = 1024  // 93
    static let longestSpecialToken = 128  // 16
    /// Of all special tokens together, each of whose bytes takes some memory of its own.
    static let specialBytes = 1 << 20  // 46 KB

    /// Takes tokens in the order of their ids.
    /// - Parameters:
    ///   - tokens: the bytes of every token.
    ///   - types: as many types.
    ///   - bos: the id that the file names; where it names none, the token `<bos>` has the role. So the others.
    package init(
        tokens: some Collection<some Collection<UInt8>>, types: [TokenType], bos: Int? = nil, eos: Int? = nil,
        unknown: Int? = nil
    ) throws(TokenizerError) {
        guard tokens.count <= Self.largestCount else {
            throw .tooMany(key: Key.tokens, count: tokens.count, limit: Self.largestCount)
        }
        guard types.count == tokens.count else {
            throw .countMismatch(
                key: Key.tokenTypes, count: types.count, otherKey: Key.tokens, otherCount: tokens.count)
        }
        var specialBytes = 0
        for (id, (token, type)) in zip(tokens, types).enumerated() {
            let limit = type.isSpecial ? Self.longestSpecialToken : Self.longestToken
            guard token.count <= limit else { throw .tokenTooLong(token: id, byteCount: token.count, limit: limit) }
            if type.isSpecial { specialBytes += token.count }
            guard specialBytes <= Self.specialBytes else { throw .tooManySpecialTokens(limit: Self.specialBytes) }
            guard type != .byte || ByteToken.byte(of: Array(token)) != nil else {
                throw .malformedByteToken(token: id, text: String(decoding: token, as: UTF8.self))
            }
        }
        let table = TokenTable(tokens)
        self.bos = try table.required(bos, key: Key.bos, text: "<bos>")
        self.eos = try table.required(eos, key: Key.eos, text: "<eos>")
        self.unknown = try table.resolve(unknown, key: Key.unknown, text: "<unk>")
        self.table = table
        self.types = types
    }

    /// The number of tokens.
    public var count: Int { types.count }

    /// Whether `id` is a token of this vocabulary; a model may have more logits than there are tokens.
    public func contains(_ id: TokenID) -> Bool { id >= 0 && Int(id) < types.count }

    /// The bytes of a token as the file has them (`▁` for a space, `<0x0A>` for a byte); nil for an id outside.
    public func bytes(of id: TokenID) -> ArraySlice<UInt8>? { contains(id) ? table[Int(id)] : nil }

    /// The text of a token as the file has it; nil for an id outside.
    public func text(of id: TokenID) -> String? { bytes(of: id).map { String(decoding: $0, as: UTF8.self) } }

    /// The type of a token; nil for an id outside.
    public func type(of id: TokenID) -> TokenType? { contains(id) ? types[Int(id)] : nil }

    /// The token whose bytes are the UTF-8 of `text`.
    public func id(of text: String) -> TokenID? { table.id(of: text) }
}

extension Vocabulary: Equatable {
    /// Whether both have the same tokens in the same order, with the same types and roles: a draft model's ids mean
    /// what its target's ids mean.
    public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
        a.table.offsets == b.table.offsets && a.table.bytes == b.table.bytes && a.types == b.types && a.bos == b.bos
            && a.eos == b.eos && a.unknown == b.unknown
    }
}

// MARK: - Roles

extension TokenTable {
    /// The token of a role: the one that the file names, otherwise the one with the usual text, if there is one.
    fileprivate func resolve(_ id: Int?, key: String, text: String) throws(TokenizerError) -> TokenID? {
        guard let id else { return self.id(of: text) }
        guard (0..<count).contains(id) else { throw .specialTokenOutOfRange(key: key, id: id, count: count) }
        return TokenID(id)
    }

    fileprivate func required(_ id: Int?, key: String, text: String) throws(TokenizerError) -> TokenID {
        guard let id = try resolve(id, key: key, text: text) else { throw .missingSpecialToken(key: key, text: text) }
        return id
    }
}
