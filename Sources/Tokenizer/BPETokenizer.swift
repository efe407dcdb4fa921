import GGUF

/// Turns text into tokens and tokens into text: byte-pair encoding over whole texts, as Gemma 4 does it.
///
/// A space is written `▁`. Special tokens are cut out of the text first. The rest is divided into characters, and those
/// that are not tokens into bytes. Then neighbours are merged, in the order in which the file lists the merges.
public final class BPETokenizer: Sendable {
    /// The usual value of `tokenizer.ggml.model` for what this class implements.
    public static let model = "gemma4"

    /// The tokens.
    public let vocabulary: Vocabulary
    /// The tokens that end an answer: `<eos>`, the end of a turn, the start of a tool's response, and what a file has
    /// in their place; see `Vocabulary.ends`.
    public let endOfGeneration: Set<TokenID>

    let alphabet: Alphabet
    let merges: MergeTable
    let specialTokens: SpecialTokenTrie

    /// The token at the beginning of every sequence. `encode` does not add it.
    public var bos: TokenID { vocabulary.bos }
    /// The token that ends a text.
    public var eos: TokenID { vocabulary.eos }

    /// - Parameter merges: `left right` each, in the order of their ranks.
    package init(
        _ vocabulary: Vocabulary, merges: some Collection<some Collection<UInt8>>
    ) throws(TokenizerError) {
        self.vocabulary = vocabulary
        self.merges = try MergeTable(merges, vocabulary)
        alphabet = try Alphabet(vocabulary)
        specialTokens = SpecialTokenTrie(vocabulary)
        endOfGeneration = Set(vocabulary.ends.map(\.token))
    }

    /// Whether `id` is matched as a whole in a text instead of being merged from characters: a control token or a
    /// user-defined one.
    public func isSpecial(_ id: TokenID) -> Bool { vocabulary.type(of: id)?.isSpecial ?? false }
}

// MARK: - Encoding

extension BPETokenizer {
    /// The tokens of `text`; no `bos` is added.
    ///
    /// Takes O(n log n) time for any text of n bytes.
    /// - Parameter parseSpecial: whether the text of a special token becomes that token. Pass false for text from a
    ///   user or a document, so that it cannot contain instructions.
    public func encode(_ text: String, parseSpecial: Bool = true) -> [TokenID] {
        var text = text
        return text.withUTF8 { encode($0, parseSpecial: parseSpecial) }
    }

    /// The tokens of UTF-8 `bytes`; no `bos` is added. Bytes that are not UTF-8 become byte tokens.
    public func encode(_ bytes: some Collection<UInt8>, parseSpecial: Bool = true) -> [TokenID] {
        bytes.withContiguousStorageIfAvailable { encode($0, parseSpecial: parseSpecial) }
            ?? Array(bytes).withUnsafeBufferPointer { encode($0, parseSpecial: parseSpecial) }
    }

    /// The tokens of UTF-8 `bytes`, as above, without copying them.
    public func encode(_ bytes: UnsafeBufferPointer<UInt8>, parseSpecial: Bool = true) -> [TokenID] {
        encode(bytes, markup: parseSpecial ? [0..<bytes.count] : [])
    }

    /// The tokens of a text that is partly markup, such as a rendered chat template; no `bos` is added.
    ///
    /// The text is divided and merged as a whole, so that for text that contains no special tokens the ranges change
    /// nothing. Takes O(n log n) time for any text of n bytes, however many ranges there are.
    /// - Parameter ordinary: ranges of the text's UTF-8 of which no byte may be part of a special token. Usually in
    ///   order; they may overlap, and what is outside the text does not matter.
    public func encode(_ text: String, ordinary: [Range<Int>]) -> [TokenID] {
        var text = text
        return text.withUTF8 { encode($0, markup: Self.gaps(between: ordinary, in: 0..<$0.count)) }
    }

    /// - Parameter markup: where special tokens are matched: ranges in order that do not overlap. A token does not
    ///   reach from one into the next.
    private func encode(_ bytes: UnsafeBufferPointer<UInt8>, markup: [Range<Int>]) -> [TokenID] {
        var encoder = FragmentEncoder(vocabulary, alphabet, merges)
        // Text usually has more than three bytes per token.
        encoder.output.reserveCapacity(bytes.count / 3)
        var start = 0
        for range in markup {
            var next = range.lowerBound
            let stretch = UnsafeBufferPointer(rebasing: bytes[..<range.upperBound])
            while let (at, match) = specialTokens.firstMatch(in: stretch, from: next) {
                encoder.encode(UnsafeBufferPointer(rebasing: bytes[start..<at]))
                encoder.output.append(match.token)
                start = at + match.byteCount
                next = start
            }
        }
        encoder.encode(UnsafeBufferPointer(rebasing: bytes[start...]))
        return encoder.output
    }

    /// What `ranges` leave of `whole`, in order.
    private static func gaps(between ranges: [Range<Int>], in whole: Range<Int>) -> [Range<Int>] {
        let isInOrder = zip(ranges, ranges.dropFirst()).allSatisfy { $0.lowerBound <= $1.lowerBound }
        var gaps: [Range<Int>] = []
        var start = whole.lowerBound
        for range in isInOrder ? ranges : ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let range = range.clamped(to: whole)
            if range.isEmpty { continue }
            if start < range.lowerBound { gaps.append(start..<range.lowerBound) }
            start = max(start, range.upperBound)
        }
        return start < whole.upperBound ? gaps + [start..<whole.upperBound] : gaps
    }
}

// MARK: - Decoding

extension BPETokenizer {
    /// The text of `ids`. Ids outside the vocabulary are skipped, and bytes that are not UTF-8 become U+FFFD.
    /// - Parameter special: whether control tokens such as `<turn|>` appear in the text. User-defined tokens always do.
    public func decode(_ ids: some Sequence<TokenID>, special: Bool = true) -> String {
        var bytes: [UInt8] = []
        for id in ids { appendText(of: id, special: special, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the bytes that a token stands for.
    package func appendText(of id: TokenID, special: Bool, to output: inout [UInt8]) {
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
