import GGUF
import Platform
import Tokenizer

/// A vocabulary small enough to read in a test: special tokens, 256 bytes, some characters, and the results of merges.
struct TinyVocabulary {
    var tokens: [String]
    var types: [TokenType]
    var merges: [String]

    static let controls = ["<pad>", "<eos>", "<bos>", "<unk>", "<|turn>", "<turn|>", "<|tool_response>"]
    static let userDefined = ["<|channel>", "<channel|>"]
    static let bytes = (0..<256).map { byte in
        "<0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) + ">"
    }

    /// - Parameters:
    ///   - characters: each becomes a token.
    ///   - merges: `left right` each; the result becomes a token.
    init(characters: String = "abcdefgh▁é>\n", merges: [String] = []) {
        tokens = Self.controls + Self.userDefined + Self.bytes + characters.unicodeScalars.map { String($0) }
        types = Self.controls.map { _ in .control } + Self.userDefined.map { _ in .userDefined }
        types += Self.bytes.map { _ in .byte } + characters.unicodeScalars.map { _ in .normal }
        self.merges = merges
        for merge in merges {
            // Scalars, because a space followed by an accent is one `Character`.
            let result = String(String.UnicodeScalarView(merge.unicodeScalars.filter { $0 != " " }))
            if !tokens.contains(where: { $0.utf8.elementsEqual(result.utf8) }) { add(result) }
        }
    }

    mutating func add(_ token: String, _ type: TokenType = .normal) {
        tokens.append(token)
        types.append(type)
    }

    /// Removes the first token with this text, so that every later id is one less.
    mutating func remove(_ token: String) {
        guard let index = tokens.firstIndex(of: token) else { return }
        tokens.remove(at: index)
        types.remove(at: index)
    }

    func vocabulary() throws(TokenizerError) -> Vocabulary {
        try Vocabulary(tokens: tokens.map { Array($0.utf8) }, types: types)
    }

    func tokenizer() throws(TokenizerError) -> BPETokenizer {
        try BPETokenizer(vocabulary(), merges: merges.map { Array($0.utf8) })
    }

    /// The metadata of a model file with this vocabulary.
    func metadata(model: String = "gemma4") throws -> GGUFMetadata {
        var metadata = GGUFMetadata()
        try metadata.add("tokenizer.ggml.model", .string(model))
        try metadata.add("tokenizer.ggml.tokens", .array(GGUFArray(tokens)))
        try metadata.add("tokenizer.ggml.token_type", .array(GGUFArray(types.map { Int32($0.rawValue) })))
        try metadata.add("tokenizer.ggml.merges", .array(GGUFArray(merges)))
        return metadata
    }
}

extension GGUFFile {
    /// A file without tensors, in memory.
    convenience init(_ metadata: GGUFMetadata) throws {
        var writer = GGUFWriter()
        writer.metadata = metadata
        try self.init(ByteRegion(writer.bytes()))
    }
}

extension BPETokenizer {
    /// The texts of the tokens of `text`, for readable expectations.
    func pieces(_ text: String, parseSpecial: Bool = true) -> [String] {
        encode(text, parseSpecial: parseSpecial).map { vocabulary.text(of: $0) ?? "?" }
    }
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
