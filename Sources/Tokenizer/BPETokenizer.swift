import GGUF

/// Turns text into tokens and tokens into text: byte-pair encoding over whole texts, as Gemma 4 does it.
///
/// A space is written `▁`. Special tokens are cut out of the text first. What is left is divided into characters, those
/// that are no token into their bytes, and then neighbours are merged, the merge that stands first in the file first.
public final class BPETokenizer: Sendable {
    /// The value of `tokenizer.ggml.model` that this class implements.
    public static let model = "gemma4"

    /// The tokens.
    public let vocabulary: Vocabulary
    /// The tokens at which an answer ends: `<eos>`, the end of a turn, and the place for a tool's response.
    public let endOfGeneration: Set<TokenID>

    let alphabet: Alphabet
    let merges: MergeTable
    let specialTokens: SpecialTokenTrie

    /// The token that stands at the beginning of every sequence. `encode` does not add it.
    public var bos: TokenID { vocabulary.bos }
    /// The token that ends a text.
    public var eos: TokenID { vocabulary.eos }

    /// Takes the merges in the order of their ranks, `left right` each.
    package init(
        _ vocabulary: Vocabulary, merges: some Collection<some Collection<UInt8>>
    ) throws(TokenizerError) {
        self.vocabulary = vocabulary
        self.merges = try MergeTable(merges, vocabulary)
        alphabet = try Alphabet(vocabulary)
        specialTokens = SpecialTokenTrie(vocabulary)
        let ends = ["<eos>", "<turn|>", "<|tool_response>"].compactMap { vocabulary.id(of: $0) }
        endOfGeneration = Set(ends + [vocabulary.eos])
    }

    /// Whether `id` is a token that stands for itself in a text instead of being merged from characters: a control
    /// token or a user-defined one.
    public func isSpecial(_ id: TokenID) -> Bool { vocabulary.type(of: id)?.isSpecial ?? false }
}

// MARK: - Encoding

extension BPETokenizer {
    /// The tokens of `text`; no `bos` is added.
    ///
    /// Takes n log n time in the length of the text, however it is made.
    /// - Parameter parseSpecial: whether the text of a special token becomes that token. False for text that comes from
    ///   a user or a document: such text is never more than text.
    public func encode(_ text: String, parseSpecial: Bool = true) -> [TokenID] {
        var text = text
        return text.withUTF8 { encode($0, parseSpecial: parseSpecial) }
    }

    /// The tokens of UTF-8 `bytes`; no `bos` is added. Bytes that are not UTF-8 become byte tokens.
    public func encode(_ bytes: some Collection<UInt8>, parseSpecial: Bool = true) -> [TokenID] {
        bytes.withContiguousStorageIfAvailable { encode($0, parseSpecial: parseSpecial) }
            ?? Array(bytes).withUnsafeBufferPointer { encode($0, parseSpecial: parseSpecial) }
    }

    /// The tokens of UTF-8 `bytes`, as above, without a copy of them.
    public func encode(_ bytes: UnsafeBufferPointer<UInt8>, parseSpecial: Bool = true) -> [TokenID] {
        var encoder = FragmentEncoder(vocabulary, alphabet, merges)
        // Text has more than three bytes per token, usually.
        encoder.output.reserveCapacity(bytes.count / 3)
        var start = 0
        while parseSpecial, let (at, match) = specialTokens.firstMatch(in: bytes, from: start) {
            encoder.encode(UnsafeBufferPointer(rebasing: bytes[start..<at]))
            encoder.output.append(match.token)
            start = at + match.byteCount
        }
        encoder.encode(UnsafeBufferPointer(rebasing: bytes[start...]))
        return encoder.output
    }
}

// MARK: - Decoding

extension BPETokenizer {
    /// The text of `ids`; ids outside of the vocabulary have none, and bytes that are not UTF-8 become U+FFFD.
    /// - Parameter special: whether control tokens have text: `<turn|>`. User-defined tokens always have.
    public func decode(_ ids: some Sequence<TokenID>, special: Bool = true) -> String {
        var bytes: [UInt8] = []
        for id in ids { appendText(of: id, special: special, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the bytes that a token is in a text.
    func appendText(of id: TokenID, special: Bool, to output: inout [UInt8]) {
        guard let token = vocabulary.bytes(of: id), let type = vocabulary.type(of: id) else { return }
        if type.isHidden, !special { return }
        if let byte = ByteToken.byte(of: token) {
            output.append(byte)
            return
        }
        var rest = token
        while let first = rest.first {
            // `▁` is a space.
            if first == 0xE2, rest.starts(with: Self.spaceText) {
                output.append(UInt8(ascii: " "))
                rest = rest.dropFirst(Self.spaceText.count)
            } else {
                output.append(first)
                rest = rest.dropFirst()
            }
        }
    }

    private static let spaceText = Array("▁".utf8)
}
