/// The tokens of a model: their bytes and types, and which of them have a role.
///
/// Tokens are byte strings. They are compared byte by byte, not as `String`s, for which `e` + U+0301 equals `é`. If two
/// tokens have the same bytes, the first is found.
public struct Vocabulary: Sendable {
    /// The token at the beginning of every sequence.
    public let bos: TokenID
    /// The token that ends a text.
    public let eos: TokenID
    /// The token for characters that do not have tokens; nil if there is none.
    public let unknown: TokenID?

    /// The tokens that end an answer, in the order of their ids: those that the file's keys name, and those whose text
    /// is known to end one.
    public let ends: [EndToken]

    let table: TokenTable
    let types: [TokenType]

    private static let largestCount = 1 << 20  // 262144 in all Gemma 4 models
    // The most bytes of a token: about ten times the longest in Gemma 4, which the comments give. Searching a text for
    // special tokens takes time proportional to their length.
    static let longestToken = 1024  // 93
    static let longestSpecialToken = 128  // 16
    /// The most bytes of all special tokens together. Each byte needs a node of the trie.
    static let specialBytes = 1 << 20  // 46 KB

    /// A vocabulary from tokens in the order of their ids.
    /// - Parameters:
    ///   - tokens: the bytes of every token.
    ///   - types: the type of every token.
    ///   - bos: the id stated in the file; if nil, the token `<bos>` has the role. The same holds for the other roles.
    ///   - ends: the tokens that end an answer by the file's keys.
    package init(
        tokens: some Collection<some Collection<UInt8>>, types: [TokenType], bos: Int? = nil, eos: Int? = nil,
        unknown: Int? = nil, ends: [(key: String, id: Int)] = []
    ) throws(TokenizerError) {
        guard tokens.count <= Self.largestCount else {
            throw .tooMany(key: Key.tokens, count: tokens.count, limit: Self.largestCount)
        }
        guard types.count == tokens.count else {
            throw .countMismatch(
                key: Key.tokenTypes, count: types.count, otherKey: Key.tokens, otherCount: tokens.count)
        }
        for (id, token) in tokens.enumerated() where token.count > Self.longestToken {
            throw .tokenTooLong(token: id, byteCount: token.count, limit: Self.longestToken)
        }
        let table = TokenTable(tokens)
        self.bos = try table.required(bos, key: Key.bos, text: "<bos>")
        let listed = ends.first { $0.key == Key.eosList }?.id
        self.eos = try table.required(eos ?? (table.id(of: "<eos>") == nil ? listed : nil), key: Key.eos, text: "<eos>")
        self.unknown = try table.resolve(unknown, key: Key.unknown, text: "<unk>")
        self.ends = try table.ends(ends, eos: self.eos)
        self.table = table
        self.types = table.corrected(types, self.ends)
        try Self.check(table, self.types)
    }

    /// Checks the sizes of special tokens and the texts of bytes.
    private static func check(_ table: TokenTable, _ types: [TokenType]) throws(TokenizerError) {
        var specialBytes = 0
        for (id, type) in types.enumerated() {
            let token = table[id]
            if type.isSpecial {
                guard token.count <= longestSpecialToken else {
                    throw .tokenTooLong(token: id, byteCount: token.count, limit: longestSpecialToken)
                }
                specialBytes += token.count
                guard specialBytes <= Self.specialBytes else { throw .tooManySpecialTokens(limit: Self.specialBytes) }
            }
            guard type != .byte || ByteToken.byte(of: token) != nil else {
                throw .malformedByteToken(token: id, text: String(decoding: token, as: UTF8.self))
            }
        }
    }

    /// The number of tokens.
    public var count: Int { types.count }

    /// Whether `id` is a token of this vocabulary. A model may have more logits than there are tokens.
    public func contains(_ id: TokenID) -> Bool { id >= 0 && Int(id) < types.count }

    /// The bytes of a token as in the file (`▁` for a space, `<0x0A>` for a byte); nil if `id` is not a token.
    public func bytes(of id: TokenID) -> ArraySlice<UInt8>? { contains(id) ? table[Int(id)] : nil }

    /// The text of a token as in the file; nil if `id` is not a token.
    public func text(of id: TokenID) -> String? { bytes(of: id).map { String(decoding: $0, as: UTF8.self) } }

    /// The type of a token; nil if `id` is not a token.
    public func type(of id: TokenID) -> TokenType? { contains(id) ? types[Int(id)] : nil }

    /// The token whose bytes are the UTF-8 of `text`.
    public func id(of text: String) -> TokenID? { table.id(of: text) }
}

extension Vocabulary: Equatable {
    /// Whether both have the same tokens in the same order, with the same types and roles. If so, the ids of a drafter
    /// mean the same as those of its target.
    public static func == (a: Vocabulary, b: Vocabulary) -> Bool {
        a.table.offsets == b.table.offsets && a.table.bytes == b.table.bytes && a.types == b.types && a.bos == b.bos
            && a.eos == b.eos && a.unknown == b.unknown
    }
}

// MARK: - Roles

extension TokenTable {
    /// The token of a role: the one stated in the file, otherwise the one with the usual text; nil if there is none.
    fileprivate func resolve(_ id: Int?, key: String, text: String) throws(TokenizerError) -> TokenID? {
        guard let id else { return self.id(of: text) }
        guard (0..<count).contains(id) else { throw .specialTokenOutOfRange(key: key, id: id, count: count) }
        return TokenID(id)
    }

    fileprivate func required(_ id: Int?, key: String, text: String) throws(TokenizerError) -> TokenID {
        guard let id = try resolve(id, key: key, text: text) else { throw .missingSpecialToken(key: key, text: text) }
        return id
    }
    /// The tokens that end an answer: those of `stated`, `eos`, and those with a text that is known to end one.
    fileprivate func ends(_ stated: [(key: String, id: Int)], eos: TokenID) throws(TokenizerError) -> [EndToken] {
        var ends: [TokenID: EndToken] = [eos: EndToken(token: eos, keys: [], isKnownText: false)]
        for (key, id) in stated {
            guard let token = try resolve(id, key: key, text: "") else { continue }
            var end = ends[token] ?? EndToken(token: token, keys: [], isKnownText: false)
            if !end.keys.contains(key) { end.keys.append(key) }
            ends[token] = end
        }
        for text in SpecialTexts.ends(where: { id(of: $0) != nil }) {
            guard let token = id(of: text) else { continue }
            ends[token, default: EndToken(token: token, keys: [], isKnownText: true)].isKnownText = true
        }
        return ends.values.sorted { $0.token < $1.token }
    }

    /// The file's types, but for the tokens that are special in every file: a converter may have called them text, and
    /// then a chat would be cut up wrong, or an end would be shown to the reader.
    fileprivate func corrected(_ types: [TokenType], _ ends: [EndToken]) -> [TokenType] {
        var types = types
        for (text, type) in SpecialTexts.types {
            if let token = id(of: text) { types[Int(token)] = type }
        }
        // Where it is no end, it is a part of the text and is shown.
        if let tag = id(of: SpecialTexts.tagOrEnd), types[Int(tag)] == .control { types[Int(tag)] = .normal }
        for end in ends { types[Int(end.token)] = .control }
        return types
    }
}
