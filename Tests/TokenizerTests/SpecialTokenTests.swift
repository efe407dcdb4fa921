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

    @Test(
        arguments: [
            "<|im_end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<|end|>",
            "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_utterance>", "<EOT>", "_<EOT>", "[EOT]",
            "[EOS]", "<｜end▁of▁sentence｜>", "[e~[", "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]",
            "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
        ])
    func aTextThatEndsAnAnswerIsAControlTokenWhateverItsType(_ text: String) throws {
        for type in [TokenType.normal, .userDefined, .control, .unused] {
            var tiny = TinyVocabulary()
            tiny.add(text, type)
            let tokenizer = try tiny.tokenizer()
            let id = try #require(tokenizer.vocabulary.id(of: text))
            #expect(tokenizer.endOfGeneration.contains(id) && tokenizer.vocabulary.type(of: id) == .control)
            #expect(tokenizer.endOfGeneration.count == 4)
        }
    }

    @Test func textsThatOnlyLookLikeEndsAreNone() throws {
        for text in ["<|file_sep", "<file_sep>", "<fim-sep>", "<repo_name>", "<pad>", "<|im_start|>", "<|END|>"] {
            var tiny = TinyVocabulary()
            tiny.add(text, .control)
            #expect(try tiny.tokenizer().endOfGeneration.count == 3)
        }
    }

    @Test func theEndOfATagIsTextBesideAToolsResponse() throws {
        for type in [TokenType.normal, .userDefined, .control] {
            var tiny = TinyVocabulary()
            tiny.add("</s>", type)
            let tokenizer = try tiny.tokenizer()
            let id = try #require(tokenizer.vocabulary.id(of: "</s>"))
            #expect(!tokenizer.endOfGeneration.contains(id))
            #expect(tokenizer.decode([id], special: false) == "</s>")

            tiny.remove("<|tool_response>")
            let other = try tiny.tokenizer()
            #expect(other.endOfGeneration.contains(id - 1) && other.decode([id - 1], special: false).isEmpty)
        }
    }

    @Test func theEndOfAMessageIsNoEndBesideACall() throws {
        for (others, isEnd) in [
            (["<|return|>"], true), (["<|call|>"], true), (["<|flush|>"], true), (["<|call|>", "<|calls|>"], true),
            (["<|return|>", "<|call|>"], false), (["<|calls|>", "<|flush|>"], false),
            (["<|call|>", "<|flush|>"], false),
        ] {
            var tiny = TinyVocabulary()
            for text in ["<|end|>"] + others { tiny.add(text, .control) }
            let vocabulary = try tiny.vocabulary()
            let end = try #require(vocabulary.id(of: "<|end|>"))
            #expect(vocabulary.ends.contains { $0.token == end } == isEnd, "\(others)")
            #expect(vocabulary.ends.count == 3 + others.count + (isEnd ? 1 : 0))
        }
    }
}
