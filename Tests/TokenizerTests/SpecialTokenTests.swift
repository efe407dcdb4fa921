import Testing
import Tokenizer

@Suite struct SpecialTokenTests {
    @Test func specialTokensAreCutOutOfTheText() throws {
        let tokenizer = try TinyVocabulary(merges: ["a b"]).tokenizer()
        #expect(
            tokenizer.pieces("<bos><|turn>ab<turn|>\n<|channel>")
                == ["<bos>", "<|turn>", "ab", "<turn|>", "\n", "<|channel>"])
    }

    @Test func specialTokensAreTextWhereTheCallerSaysSo() throws {
        let tokenizer = try TinyVocabulary(characters: "<|>turn▁").tokenizer()
        let ids = tokenizer.encode("<|turn> <turn|>", parseSpecial: false)
        #expect(ids.count == 15)
        #expect(!ids.contains { tokenizer.isSpecial($0) })
        #expect(tokenizer.decode(ids) == "<|turn> <turn|>")
    }

    @Test func theLeftmostThenTheLongestSpecialTokenWins() throws {
        var tiny = TinyVocabulary(characters: "<ab>c")
        tiny.add("<a", .control)
        tiny.add("<ab>", .control)
        tiny.add("b>cc", .userDefined)
        let tokenizer = try tiny.tokenizer()
        #expect(tokenizer.pieces("<ab>") == ["<ab>"])
        #expect(tokenizer.pieces("<ab<ac") == ["<a", "b", "<a", "c"])
        #expect(tokenizer.pieces("<ab>cc") == ["<ab>", "c", "c"])
        #expect(tokenizer.pieces("b>cc") == ["b>cc"])
    }

    @Test func nothingMergesAcrossASpecialToken() throws {
        let tokenizer = try TinyVocabulary(merges: ["a b", "\n \n"]).tokenizer()
        #expect(tokenizer.pieces("a<|turn>b\n<bos>\n") == ["a", "<|turn>", "b", "\n", "<bos>", "\n"])
    }

    @Test func aBeginningOfASpecialTokenIsText() throws {
        let tokenizer = try TinyVocabulary(characters: "<|turn>").tokenizer()
        #expect(tokenizer.pieces("<|turn") == ["<", "|", "t", "u", "r", "n"])
        #expect(tokenizer.pieces("<|tur<|turn>") == ["<", "|", "t", "u", "r", "<|turn>"])
    }

    @Test func specialTokensAreTheControlAndTheUserDefinedOnes() throws {
        let tokenizer = try TinyVocabulary().tokenizer()
        for text in TinyVocabulary.controls + TinyVocabulary.userDefined {
            #expect(tokenizer.isSpecial(try #require(tokenizer.vocabulary.id(of: text))))
        }
        #expect(!tokenizer.isSpecial(try #require(tokenizer.vocabulary.id(of: "a"))))
        #expect(!tokenizer.isSpecial(try #require(tokenizer.vocabulary.id(of: "<0x41>"))))
        #expect(!tokenizer.isSpecial(-1))
        #expect(!tokenizer.isSpecial(.max))
    }

    @Test func generationEndsAtTheTokensThatExist() throws {
        let tokenizer = try TinyVocabulary().tokenizer()
        let ends = ["<eos>", "<turn|>", "<|tool_response>"].compactMap { tokenizer.vocabulary.id(of: $0) }
        #expect(tokenizer.endOfGeneration == Set(ends))
        #expect(ends.count == 3)

        var tiny = TinyVocabulary()
        tiny.remove("<|tool_response>")
        #expect(try tiny.tokenizer().endOfGeneration.count == 2)
    }
}
