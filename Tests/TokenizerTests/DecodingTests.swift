import Testing
import Tokenizer

@Suite struct DecodingTests {
    private let tokenizer: BPETokenizer

    init() throws { tokenizer = try TinyVocabulary(merges: ["a b", "▁ ab"]).tokenizer() }

    @Test(arguments: [
        "", "ab ab", "  ab  ", "é🦙e\u{301}", "a\n\n\tb\r\n", "<|turn>ab<turn|>", "👨‍👩‍👧‍👦",
        "\u{0}\u{7F}\u{FFFD}\u{10FFFF}",
        "> </", "zzz",
    ])
    func decodingUndoesEncoding(_ text: String) {
        for parseSpecial in [true, false] {
            let ids = tokenizer.encode(text, parseSpecial: parseSpecial)
            #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
        }
    }

    @Test func controlTokensAreLeftOutOnRequestAndUserDefinedOnesNever() {
        let ids = tokenizer.encode("<bos><|channel>ab<turn|>")
        #expect(tokenizer.decode(ids) == "<bos><|channel>ab<turn|>")
        #expect(tokenizer.decode(ids, special: false) == "<|channel>ab")
    }

    @Test func idsOutsideOfTheVocabularyHaveNoText() {
        let outside: [TokenID] = [-1, TokenID(tokenizer.vocabulary.count), .max, .min]
        #expect(tokenizer.decode(outside + tokenizer.encode("ab")) == "ab")
    }

    @Test func bytesThatAreNotUTF8AreReplaced() {
        let bytes: [UInt8] = [0x61, 0xF0, 0x9F, 0x62, 0xFF, 0x80]
        #expect(tokenizer.decode(tokenizer.encode(bytes)) == String(decoding: bytes, as: UTF8.self))
    }
}

@Suite struct StreamingTests {
    private let tokenizer: BPETokenizer

    init() throws { tokenizer = try TinyVocabulary(merges: ["a b", "▁ ab"]).tokenizer() }

    private func stream(_ ids: [TokenID], special: Bool = false) -> [String] {
        var decoder = StreamingDecoder(tokenizer, special: special)
        return ids.map { decoder.append($0) } + [decoder.finish()]
    }

    @Test func wordsComeAsTheyAre() {
        #expect(stream(tokenizer.encode("ab ab")) == ["ab", " ab", ""])
    }

    @Test func anEmojiInByteTokensComesWhole() {
        #expect(stream(tokenizer.encode("a🦙b")) == ["a", "", "", "", "🦙", "b", ""])
    }

    @Test func aCharacterThatIsBrokenOffIsReplacedAtOnce() {
        #expect(stream(tokenizer.encode([0xF0, 0x9F, 0x61])) == ["", "", "\u{FFFD}a", ""])
        #expect(stream(tokenizer.encode([0xC3, 0xC3, 0xAA])) == ["", "\u{FFFD}", "ê", ""])
        // No character begins with this byte, so there is nothing to wait for.
        #expect(stream(tokenizer.encode([0xFF, 0xE0, 0x80])) == ["\u{FFFD}", "", "\u{FFFD}\u{FFFD}", ""])
    }

    @Test func aCharacterThatIsNeverCompletedIsReplacedAtTheEnd() {
        #expect(stream(tokenizer.encode([0x61, 0xE2, 0x82])) == ["a", "", "", "\u{FFFD}"])
    }

    @Test func theDecoderIsEmptyAfterTheEnd() {
        var decoder = StreamingDecoder(tokenizer)
        for id in tokenizer.encode([0xE2, 0x82]) { _ = decoder.append(id) }
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.finish() == "")
    }

    @Test func controlTokensAreSilentUnlessAskedFor() {
        let ids = tokenizer.encode("ab<|channel><turn|>")
        #expect(stream(ids) == ["ab", "<|channel>", "", ""])
        #expect(stream(ids, special: true) == ["ab", "<|channel>", "<turn|>", ""])
    }

    /// For any bytes, however they are divided.
    @Test func streamingGivesWhatDecodingGives() {
        var random = SeededGenerator(seed: 1)
        // Bytes at the boundaries of what UTF-8 allows.
        let bytes: [UInt8] = [
            0x20, 0x61, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xE2, 0xED, 0xEE,
            0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<500 {
            let text = (0..<20).map { _ in bytes[Int.random(in: 0..<bytes.count, using: &random)] }
            let ids = tokenizer.encode(text)
            #expect(stream(ids, special: true).joined() == tokenizer.decode(ids))
            #expect(tokenizer.decode(ids) == String(decoding: text, as: UTF8.self))
        }
    }
}
