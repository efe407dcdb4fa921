import Testing
import Tokenizer

@Suite struct EncodingTests {
    @Test func anEmptyTextHasNoTokens() throws {
        #expect(try TinyVocabulary().tokenizer().encode("") == [])
    }

    @Test func charactersThatAreTokensStandForThemselves() throws {
        #expect(try TinyVocabulary().tokenizer().pieces("abé") == ["a", "b", "é"])
    }

    @Test func aSpaceIsTheWordMark() throws {
        let tokenizer = try TinyVocabulary(merges: ["▁ a", "▁ ▁"]).tokenizer()
        #expect(tokenizer.pieces("a a  b ") == ["a", "▁a", "▁▁", "b", "▁"])
    }

    @Test func theFirstMergeInTheFileComesFirst() throws {
        #expect(try TinyVocabulary(merges: ["a b", "b c"]).tokenizer().pieces("abc") == ["ab", "c"])
        #expect(try TinyVocabulary(merges: ["b c", "a b"]).tokenizer().pieces("abc") == ["a", "bc"])
    }

    @Test func ofEqualMergesTheLeftmostComesFirst() throws {
        #expect(try TinyVocabulary(merges: ["a a"]).tokenizer().pieces("aaaaa") == ["aa", "aa", "a"])
    }

    @Test func mergesBuildOnMerges() throws {
        let tokenizer = try TinyVocabulary(merges: ["c d", "a b", "ab cd", "▁ abcd"]).tokenizer()
        #expect(tokenizer.pieces("abcd abcd") == ["abcd", "▁abcd"])
    }

    @Test func aCharacterThatIsNotATokenBecomesItsBytes() throws {
        let tokenizer = try TinyVocabulary().tokenizer()
        #expect(tokenizer.pieces("a🦙") == ["a", "<0xF0>", "<0x9F>", "<0xA6>", "<0x99>"])
        #expect(tokenizer.pieces("z\u{0}") == ["<0x7A>", "<0x00>"])
    }

    @Test func bytesThatAreNotUTF8BecomeByteTokens() throws {
        let tokenizer = try TinyVocabulary().tokenizer()
        // A stray continuation, half an é before an a, a surrogate, an overlong slash, and half an emoji at the end.
        let bytes: [UInt8] = [0x80, 0xC3, 0x61, 0xED, 0xA0, 0x80, 0xC0, 0xAF, 0xF0, 0x9F]
        let ids = tokenizer.encode(bytes)
        #expect(
            ids.compactMap(tokenizer.vocabulary.text) == [
                "<0x80>", "<0xC3>", "a", "<0xED>", "<0xA0>", "<0x80>", "<0xC0>", "<0xAF>", "<0xF0>", "<0x9F>",
            ])
        #expect(tokenizer.encode(AnyCollection(bytes)) == ids)
    }

    @Test func bytesAndTextGiveTheSame() throws {
        let tokenizer = try TinyVocabulary(merges: ["▁ a"]).tokenizer()
        let text = "a a<|turn>é🦙\n"
        #expect(tokenizer.encode(Array(text.utf8)) == tokenizer.encode(text))
        #expect(
            tokenizer.encode(Array(text.utf8), parseSpecial: false) == tokenizer.encode(text, parseSpecial: false))
    }

    @Test func canonicallyEquivalentTextsStayDifferent() throws {
        var tiny = TinyVocabulary(characters: "e\u{E9}\u{301}", merges: ["e \u{301}"])
        tiny.add("\u{212B}")
        let tokenizer = try tiny.tokenizer()
        #expect(tokenizer.encode("\u{E9}") != tokenizer.encode("e\u{301}"))
        for text in ["\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}"] {
            #expect(tokenizer.decode(tokenizer.encode(text)).utf8.elementsEqual(text.utf8))
        }
    }

    @Test func aRunOfNewlinesThatIsATokenIsThatToken() throws {
        var tiny = TinyVocabulary()
        tiny.add("\n\n\n")
        let tokenizer = try tiny.tokenizer()
        #expect(tokenizer.pieces("a\n\n\nb") == ["a", "\n\n\n", "b"])
        #expect(tokenizer.pieces("\n\n") == ["\n", "\n"])
    }

    @Test func aRunOfNewlinesThatIsNotATokenIsMerged() throws {
        let tokenizer = try TinyVocabulary(merges: ["\n \n", "\n\n \n\n"]).tokenizer()
        #expect(tokenizer.pieces("\n\n\n\n\n\n\na") == ["\n\n\n\n", "\n\n", "\n", "a"])
    }

    @Test func withoutByteTokensNeighboursShareOneUnknown() throws {
        var tiny = TinyVocabulary()
        tiny.remove("<0x99>")
        #expect(
            try tiny.tokenizer().pieces("a🦙🦙b🦙z") == ["a", "<unk>", "b", "<unk>", "<0x7A>"])
    }

    @Test func textNeverMergesIntoAControlToken() throws {
        var tiny = TinyVocabulary(merges: ["a b"])
        tiny.types[tiny.tokens.count - 1] = .control
        #expect(try tiny.tokenizer().pieces("ab", parseSpecial: false) == ["a", "b"])
    }

    @Test func textNeverMergesIntoAMarkerOfAReply() throws {
        let tokenizer = try TinyVocabulary(
            characters: "<|tol_ca>",
            merges: [
                "< |", "t o", "to o", "too l", "tool _", "tool_ c", "tool_c a", "tool_ca l", "tool_cal l",
                "<| tool_call",
                "<|tool_call >",
            ]
        ).tokenizer()
        #expect(tokenizer.pieces("<|tool_call>", parseSpecial: false) == ["<|tool_call", ">"])
        #expect(tokenizer.pieces("<|tool_call>") == ["<|tool_call>"])
    }

    @Test func longInputsWithoutABreakAreEncoded() throws {
        let tokenizer = try TinyVocabulary(merges: ["a a", "aa aa", "▁ ▁", "▁▁ ▁▁", "\n \n"]).tokenizer()
        let count = 1 << 16
        #expect(tokenizer.encode(String(repeating: "a", count: count)).count == count / 4)
        #expect(tokenizer.encode(String(repeating: " ", count: count)).count == count / 4)
        #expect(tokenizer.encode(String(repeating: "\n", count: count)).count == count / 2)
        #expect(tokenizer.encode(String(repeating: "🦙", count: count)).count == count * 4)
        #expect(tokenizer.encode(String(repeating: "<|turn", count: count / 8)).count == count / 8 * 6)
    }

    /// Random merges, some of which join words, on random texts.
    @Test(arguments: 0..<20) func agreesWithPlainMerging(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var parts = ["a", "b", "c", "▁", ">"]
        var merges: [String] = []
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            guard let left = parts.randomElement(using: &random), let right = parts.randomElement(using: &random),
                left.count + right.count < 12, !merges.contains("\(left) \(right)")
            else { continue }
            merges.append("\(left) \(right)")
            if !parts.contains(left + right) { parts.append(left + right) }
        }
        let tokenizer = try TinyVocabulary(merges: merges).tokenizer()
        for _ in 0..<30 {
            let count = Int.random(in: 1...40, using: &random)
            let symbols = (0..<count).map { _ in ["a", "b", "c", "▁", ">"][Int.random(in: 0..<5, using: &random)] }
            #expect(tokenizer.pieces(symbols.joined()) == plainlyMerged(symbols, merges))
        }
    }

    /// The definition: repeatedly merge the leftmost pair of the lowest rank.
    private func plainlyMerged(_ symbols: [String], _ merges: [String]) -> [String] {
        var symbols = symbols
        while true {
            let pairs = zip(symbols, symbols.dropFirst()).enumerated()
            let ranked = pairs.compactMap { index, pair in
                merges.firstIndex(of: "\(pair.0) \(pair.1)").map { (rank: $0, index: index) }
            }
            guard let first = ranked.min(by: { $0 < $1 }) else { return symbols }
            symbols.replaceSubrange(
                first.index...first.index + 1, with: [symbols[first.index] + symbols[first.index + 1]])
        }
    }
}
