import Chat
import Constraint
import ReferenceCheck
import Tokenizer

/// A vocabulary with tokens of every sort, small enough to ask a mask about all of them.
struct FuzzedVocabulary {
    let tokens: Vocabulary
    let tree: ConstraintVocabulary
    let masks: MaskCheck
    /// What each token stands for in a text.
    let bytes: [[UInt8]]
    let endTokens: Set<TokenID>

    static let shared = Result { try FuzzedVocabulary() }

    private static let controls = ["<pad>", "<eos>", "<bos>", "<unk>", "<turn|>"]
    private static let userDefined = ["<|tool_call>", "<tool_call|>", "<|\"|>", "<|channel>", "<channel|>"]
    private static let firstByteToken = TokenID(controls.count + userDefined.count)
    /// Characters of one to four bytes, pieces of JSON and of calls, white space, and tokens that have the same bytes.
    private static let texts = [
        "a", "b", "x", "0", "1", "\"", "{", "}", "[", "]", ",", ":", "\\", "▁", "-", ".", "é", "▁é", "猫", "🐢", "a🐢",
        "ab", "aa", "aaaa", "aaaaaaaaaaaaaaaa", "{\"", "\":", "\",", "\"}", "\"a\"", ",\"", "▁\"", "▁{", "▁▁", "▁▁▁▁",
        "\n", "\n▁▁", "\n\n", "\\n", "\\u", "\\u00", "\\\"", "00", "10", "0.5", "-1", "e+", "true", "false", "null",
        "tr", "nul", "call", "call:", "a:", "}\n", "]]", "[[", "<|", "<|\"", "<0x41>", "a",
    ]

    private init() throws {
        let special = Self.controls.map { ($0, TokenType.control) } + Self.userDefined.map { ($0, .userDefined) }
        let single = (UInt8.min...UInt8.max).map { (ByteToken.text(of: $0), TokenType.byte) }
        let all = special + single + Self.texts.map { ($0, .normal) } + [("<unused0>", .unused)]
        tokens = try Vocabulary(tokens: all.map { Array($0.0.utf8) }, types: all.map(\.1))
        let tokenizer = try BPETokenizer(tokens, merges: [[UInt8]]())
        endTokens = tokenizer.endOfGeneration
        tree = ConstraintVocabulary(tokenizer)
        masks = MaskCheck(tokens, endTokens: endTokens)
        bytes = all.indices.map { id in
            var bytes: [UInt8] = []
            tokenizer.appendText(of: TokenID(id), special: false, to: &bytes)
            return bytes
        }
    }

    var all: Range<TokenID> { 0..<TokenID(tokens.count) }
    var eos: TokenID { tokens.eos }

    var markers: ReplyMarkers {
        let first = TokenID(Self.controls.count)  // the order of `userDefined`
        return ReplyMarkers(
            thoughtStart: first + 3, thoughtEnd: first + 4, callStart: first, callEnd: first + 1,
            stringDelimiter: first + 2)
    }

    func text(_ tokens: [TokenID]) -> String {
        String(decoding: tokens.flatMap { bytes[Int($0)] }, as: UTF8.self)
    }

    /// What a model has written with these tokens.
    func pieces(_ tokens: [TokenID]) -> [ReplyPiece] {
        var pieces: [ReplyPiece] = []
        var start = 0
        for (index, token) in tokens.enumerated() where isSpecial(token) {
            pieces.append(.text(text(Array(tokens[start..<index]))))
            pieces.append(.special(SpecialToken(text([token]))))
            start = index + 1
        }
        return pieces + [.text(text(Array(tokens[start...])))]
    }

    func isSpecial(_ token: TokenID) -> Bool { token < Self.firstByteToken }

    func byteToken(_ byte: UInt8) -> TokenID { Self.firstByteToken + TokenID(byte) }
}
