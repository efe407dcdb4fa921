import Platform

/// Turns tokens into text one at a time, and never returns part of a character.
///
/// The concatenated texts equal what `BPETokenizer.decode` returns for all tokens together.
public struct StreamingDecoder: Sendable {
    private let tokenizer: BPETokenizer
    private let special: Bool
    /// The first bytes of a character that is not complete yet: at most three between two tokens.
    private var pending: [UInt8] = []

    /// - Parameter special: whether control tokens such as `<turn|>` appear in the text. User-defined tokens always do.
    public init(_ tokenizer: BPETokenizer, special: Bool = false) {
        self.tokenizer = tokenizer
        self.special = special
    }

    /// The text that this token completes; it may be empty. Bytes that are not UTF-8 become U+FFFD.
    public mutating func append(_ id: TokenID) -> String {
        tokenizer.appendText(of: id, special: special, to: &pending)
        let incomplete = pending.withUnsafeBufferPointer { UTF8Sequence.incompleteSuffix(of: $0) }
        let text = String(decoding: pending.dropLast(incomplete), as: UTF8.self)
        pending.removeFirst(pending.count - incomplete)
        return text
    }

    /// The rest after the last token: U+FFFD if a character was left incomplete, otherwise empty.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }
}
