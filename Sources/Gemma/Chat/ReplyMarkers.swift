package import Chat
package import Tokenizer

/// The special tokens of a vocabulary, and what they mean in a reply.
package struct ReplyMarkers: Sendable {
    private let markers: [TokenID: SpecialToken]
    /// The other way round. Several tokens may end a text.
    private let tokens: [SpecialToken: Set<TokenID>]

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
        tokens = Dictionary(grouping: markers.keys) { markers[$0] ?? .endOfText }.mapValues { Set($0) }
    }

    /// Nil for a token that is text.
    package subscript(id: TokenID) -> SpecialToken? { markers[id] }

    /// Whether thoughts can be written.
    package var hasThoughts: Bool { [SpecialToken.thoughtStart, .thoughtEnd].allSatisfy { tokens[$0] != nil } }
    /// Whether calls can be written.
    package var hasCalls: Bool { [SpecialToken.callStart, .callEnd, .delimiter].allSatisfy { tokens[$0] != nil } }

    /// The tokens that mean `token`; none if the vocabulary lacks it.
    package func ids(of token: SpecialToken) -> Set<TokenID> { tokens[token] ?? [] }
}
