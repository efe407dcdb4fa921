/// What a template made of messages.
public struct RenderedText: Sendable, Equatable {
    /// The text, with special tokens as their texts.
    public let text: String
    /// The bytes of the text's UTF-8 that came from the context: ranges in order, neither empty nor touching.
    ///
    /// Special tokens may be matched only where no byte is in one of them.
    public let contextRanges: [Range<Int>]
}
