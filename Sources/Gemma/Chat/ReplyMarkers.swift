package import Chat
package import Tokenizer

/// The special tokens of a vocabulary, and what they mean in a reply.
package struct ReplyMarkers: Sendable {
    private let markers: [TokenID: SpecialToken]

    package init(_ tokenizer: BPETokenizer) {
        let vocabulary = tokenizer.vocabulary
        var markers: [TokenID: SpecialToken] = [:]
        for id in 0..<TokenID(vocabulary.count) where tokenizer.isSpecial(id) {
            guard let text = vocabulary.text(of: id) else { continue }
            let token = SpecialToken(text)
            if case .other = token {
                // Converters and fine-tunings have other ends. User-defined tokens are text, if they mean nothing here.
                if tokenizer.endOfGeneration.contains(id) {
                    markers[id] = .endOfText
                } else if vocabulary.type(of: id) == .control {
                    markers[id] = token
                }
            } else {
                markers[id] = token
            }
        }
        self.markers = markers
    }

    /// Nil for a token that is text.
    package subscript(id: TokenID) -> SpecialToken? { markers[id] }
}
