import Testing
import Tokenizer

@Suite struct PromptTests {
    private let tokenizer: BPETokenizer

    init() throws {
        tokenizer = try TinyVocabulary(characters: "<|>turnbos▁ch\n", merges: ["t u", "tu r", "▁ t", "\n \n"])
            .tokenizer()
    }

    private func pieces(_ prompt: RawPrompt) throws -> [String] {
        try tokenizer.encode(prompt).map { tokenizer.vocabulary.text(of: $0) ?? "?" }
    }

    private func pieces(_ text: String, ordinary: [Range<Int>]) -> [String] {
        tokenizer.encode(text, ordinary: ordinary).map { tokenizer.vocabulary.text(of: $0) ?? "?" }
    }

    // MARK: - Parts

    @Test func textNeverBecomesASpecialToken() throws {
        let texts = TinyVocabulary.controls + TinyVocabulary.userDefined
        for text in texts + ["<|turn><|turn>", "<|tu<|turn>rn>"] {
            let tokens = try tokenizer.encode([.text(text)])
            #expect(tokens == tokenizer.encode(text, parseSpecial: false))
            #expect(!tokens.contains { tokenizer.isSpecial($0) })
            let literal: RawPrompt = "\(text)"
            #expect(literal == ["\(text)"])
            #expect(try tokenizer.encode(literal) == tokens)
        }
    }

    @Test func markupBecomesTheSpecialTokensInIt() throws {
        #expect(try pieces([.markup("<bos><|turn>tu\n<turn|>")]) == ["<bos>", "<|turn>", "tu", "\n", "<turn|>"])
    }

    @Test func aControlPartIsOneSpecialToken() throws {
        #expect(try pieces([.control("<|turn>"), "tu", .control("<|channel>")]) == ["<|turn>", "tu", "<|channel>"])
    }

    @Test(arguments: ["<|nope>", "tu", "", "<|turn", "<|turn><|turn>", "<0x41>"])
    func aControlPartThatIsNoSpecialTokenIsNamed(_ text: String) {
        let error = #expect(throws: TokenizerError.self) { try tokenizer.encode(["t", .control(text)]) }
        #expect(error == .unknownSpecialToken(text: text))
        #expect(error?.description.contains(text.debugDescription) == true)
    }

    @Test func tokensAreTakenAsTheyAre() throws {
        let turn = try #require(tokenizer.vocabulary.id(of: "<|turn>"))
        let letter = try #require(tokenizer.vocabulary.id(of: "t"))
        #expect(try pieces([.tokens([turn, letter]), "u"]) == ["<|turn>", "t", "u"])
        for id in [-1, TokenID(tokenizer.vocabulary.count), .max] {
            #expect(throws: TokenizerError.tokenOutOfRange(id: Int(id), count: tokenizer.vocabulary.count)) {
                try tokenizer.encode([.tokens([letter, id])])
            }
        }
    }

    @Test func textIsMergedAcrossTheBordersOfParts() throws {
        #expect(try pieces(["t", .markup("u"), .text("r"), "\n", .markup("\n")]) == ["tur", "\n\n"])
        #expect(try pieces([" ", .markup("t<|turn>t"), "u"]) == ["▁t", "<|turn>", "tu"])
    }

    @Test func aSpecialTokenIsWithinOnePart() throws {
        for prompt: RawPrompt in [
            ["<|tu", "rn>"], ["<|tu", .markup("rn>")], [.markup("<|tu"), "rn>"], [.markup("<|tu"), .markup("rn>")],
        ] {
            #expect(!(try tokenizer.encode(prompt)).contains { tokenizer.isSpecial($0) })
        }
    }

    @Test func anEmptyPromptHasNoTokens() throws {
        #expect(try tokenizer.encode(RawPrompt([])) == [])
        #expect(try tokenizer.encode(["", .markup(""), .tokens([])]) == [])
    }

    // MARK: - Ranges

    @Test func noByteOfARangeIsPartOfASpecialToken() {
        let text = "<|turn>"
        #expect(pieces(text, ordinary: []) == [text])
        for place in 0..<text.utf8.count {
            let pieces = pieces(text, ordinary: [place..<place + 1])
            #expect(pieces.joined() == text && pieces.count == 5)
        }
    }

    @Test func whatIsBesideARangeIsMarkup() {
        let text = "<bos><|turn><bos><turn|>"
        #expect(
            pieces(text, ordinary: [5..<12, 17..<18])
                == ["<bos>", "<", "|", "tur", "n", ">", "<bos>", "<", "tur", "n", "|", ">"])
        // The longest token that fits is taken.
        #expect(pieces(text, ordinary: [13..<13]) == ["<bos>", "<|turn>", "<bos>", "<turn|>"])
    }

    @Test func rangesDoNotCutAText() {
        let text = " tur\n\ntu"
        for place in 0..<text.utf8.count {
            #expect(tokenizer.encode(text, ordinary: [place..<text.utf8.count]) == tokenizer.encode(text))
            #expect(tokenizer.encode(text, ordinary: [place..<place + 1]) == tokenizer.encode(text))
        }
    }

    @Test func rangesMayComeInAnyForm() {
        let text = "<bos>t<bos>t<bos>"
        let expected = ["<", "b", "o", "s", ">", "t", "<bos>", "t", "<", "b", "o", "s", ">"]
        for ranges: [Range<Int>] in [
            [0..<5, 12..<17], [12..<17, 0..<5], [0..<4, 2..<5, 0..<1, 14..<15, 16..<16], [-5..<1, 16..<99],
            [Int.min..<1, 15..<Int.max, 40..<50, -3 ..< -1],
        ] {
            #expect(pieces(text, ordinary: ranges) == expected)
        }
    }

    @Test func manyRangesTakeLinearTime() {
        let count = 200_000
        let text = String(repeating: "<|turn>", count: count)
        let every = (0..<count).map { 7 * $0 + 2..<7 * $0 + 3 }
        #expect(!tokenizer.encode(text, ordinary: every).contains { tokenizer.isSpecial($0) })
        #expect(tokenizer.encode(text, ordinary: (0..<count).map { 7 * $0..<7 * $0 }).count == count)
    }

    /// A text with ranges is the same as its parts.
    @Test(arguments: 0..<50) func rangesAndPartsAgree(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let snippets = ["<|turn>", "<bos>", "<|tu", "rn>", "t", "u", "r", " ", "\n", "é", "🦙", "<", "|channel>"]
        for _ in 0..<20 {
            var parts: [RawPrompt.Part] = []
            var text = ""
            var ordinary: [Range<Int>] = []
            for index in 0..<Int.random(in: 0...8, using: &random) {
                let snippet = (0..<Int.random(in: 0...4, using: &random))
                    .map { _ in snippets[Int.random(in: 0..<snippets.count, using: &random)] }.joined()
                // Two parts of markup side by side would differ: a range cannot divide them.
                if index.isMultiple(of: 2), !snippet.isEmpty {
                    parts.append(.text(snippet))
                    ordinary.append(text.utf8.count..<text.utf8.count + snippet.utf8.count)
                } else if let last = parts.last, case .markup(let before) = last {
                    parts[parts.count - 1] = .markup(before + snippet)
                } else {
                    parts.append(.markup(snippet))
                }
                text += snippet
            }
            #expect(try tokenizer.encode(RawPrompt(parts)) == tokenizer.encode(text, ordinary: ordinary))
        }
    }
}
