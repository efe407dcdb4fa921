/// The tokens that a text is first divided into: characters, runs of newlines, and the bytes of other characters.
struct Alphabet: Sendable {
    /// The token of a space, `▁`; nil if the vocabulary does not have one.
    let space: TokenID?

    private let vocabulary: Vocabulary
    /// The tokens of the 128 ASCII characters, the most common ones in most texts.
    private let ascii: [TokenID?]
    /// The tokens of the 256 bytes.
    private let bytes: [TokenID?]

    init(_ vocabulary: Vocabulary) throws(TokenizerError) {
        self.vocabulary = vocabulary
        space = Self.text(vocabulary.id(of: "▁"), vocabulary)
        ascii = (UInt8(0)..<128).map { Self.text(vocabulary.id(of: String(Unicode.Scalar($0))), vocabulary) }
        bytes = (UInt8.min...UInt8.max).map { Self.text(vocabulary.id(of: ByteToken.text(of: $0)), vocabulary) }
        if vocabulary.unknown == nil, let byte = bytes.firstIndex(of: nil) {
            throw .missingByteToken(byte: UInt8(byte))
        }
    }

    /// The token of a character or a run of newlines; nil if there is none.
    func token(of text: UnsafeBufferPointer<UInt8>) -> TokenID? {
        if text.count == 1, text[0] < 128 { return ascii[Int(text[0])] }
        return Self.text(vocabulary.table.id(of: text), vocabulary)
    }

    /// The token of a byte; nil if there is none.
    func token(of byte: UInt8) -> TokenID? { bytes[Int(byte)] }

    /// `token`, unless it is a control token: otherwise a user could smuggle in instructions as plain text.
    private static func text(_ token: TokenID?, _ vocabulary: Vocabulary) -> TokenID? {
        guard let token, vocabulary.types[Int(token)] != .control else { return nil }
        return token
    }
}
