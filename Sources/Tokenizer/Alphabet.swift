/// The tokens that a text is first divided into: characters, runs of newlines, and bytes where a character is no token.
struct Alphabet: Sendable {
    /// The token of a space, `▁`; nil where the vocabulary has none.
    let space: TokenID?

    private let vocabulary: Vocabulary
    /// The tokens of the 128 characters that are one byte, which are most of the characters of most texts.
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

    /// The token of a character, or of a run of newlines, if it is one.
    func token(of text: UnsafeBufferPointer<UInt8>) -> TokenID? {
        if text.count == 1, text[0] < 128 { return ascii[Int(text[0])] }
        return Self.text(vocabulary.table.id(of: text), vocabulary)
    }

    /// The token of a byte, if there is one.
    func token(of byte: UInt8) -> TokenID? { bytes[Int(byte)] }

    /// `token` unless it is a control token: text that became one would be an instruction that a user smuggled in.
    private static func text(_ token: TokenID?, _ vocabulary: Vocabulary) -> TokenID? {
        guard let token, vocabulary.types[Int(token)] != .control else { return nil }
        return token
    }
}
