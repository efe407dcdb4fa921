package import Chat
internal import Tokenizer

/// Turns the tokens of a reply into what a parser reads: texts of whole characters, and special tokens.
package struct ReplyDecoder: Sendable {
    private let markers: ReplyMarkers
    private var text: StreamingDecoder

    package init(_ format: ChatFormat) {
        markers = format.markers
        text = StreamingDecoder(format.tokenizer)
    }

    /// - Returns: what the token completes; nothing for one that ends within a character.
    package mutating func append(_ id: TokenID) -> [ReplyPiece] {
        if let marker = markers[id] { return finish() + [.special(marker)] }
        let text = text.append(id)
        return text.isEmpty ? [] : [.text(text)]
    }

    /// The rest after the last token: U+FFFD if a character was left incomplete.
    package mutating func finish() -> [ReplyPiece] {
        let rest = text.finish()
        return rest.isEmpty ? [] : [.text(rest)]
    }
}
