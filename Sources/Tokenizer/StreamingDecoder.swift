import Platform

/// Turns tokens into text one after the other, and never gives out a part of a character.
///
/// All the texts together are what `BPETokenizer.decode` gives for all the tokens.
public struct StreamingDecoder: Sendable {
    private let tokenizer: BPETokenizer
    private let special: Bool
    /// The beginning of a character whose other bytes have not come yet: three at most between two tokens.
    private var pending: [UInt8] = []

    /// - Parameter special: whether control tokens have text: `<turn|>`. User-defined tokens always have.
    public init(_ tokenizer: BPETokenizer, special: Bool = false) {
        self.tokenizer = tokenizer
        self.special = special
    }

    /// The text that is complete with this token, often nothing or a word. Bytes that are not UTF-8 become U+FFFD.
    public mutating func append(_ id: TokenID) -> String {
        tokenizer.appendText(of: id, special: special, to: &pending)
        let incomplete = pending.withUnsafeBufferPointer { UTF8Sequence.incompleteSuffix(of: $0) }
        let text = String(decoding: pending.dropLast(incomplete), as: UTF8.self)
        pending.removeFirst(pending.count - incomplete)
        return text
    }

    /// What is left when no more tokens come: U+FFFD where a character has not been completed, otherwise nothing.
    public mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }
}
