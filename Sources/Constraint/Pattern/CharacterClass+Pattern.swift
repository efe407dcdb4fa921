extension CharacterClass {
    /// `\d`.
    static let digits = CharacterClass("0"..."9")
    /// `\D`.
    static let noDigits = digits.inverted

    /// `\w`.
    static let wordCharacters = CharacterClass([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// `\W`.
    static let noWordCharacters = wordCharacters.inverted

    /// `\s`.
    static let whiteSpace = CharacterClass([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// `\S`.
    static let noWhiteSpace = whiteSpace.inverted

    /// `.`: no line ends.
    static let dot = CharacterClass("\n", "\r", "\u{2028}", "\u{2029}").inverted
}
