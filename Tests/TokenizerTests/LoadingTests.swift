import GGUF
import Testing
import Tokenizer

@Suite struct LoadingTests {
    @Test func aFileGivesWhatItsArraysGive() throws {
        let tiny = TinyVocabulary(merges: ["a b", "▁ ab", "\n \n"])
        let fromFile = try BPETokenizer(GGUFFile(tiny.metadata()))
        let fromArrays = try tiny.tokenizer()
        #expect(fromFile.vocabulary == fromArrays.vocabulary)
        for text in ["ab ab\n\n", "<|turn>é🦙"] { #expect(fromFile.encode(text) == fromArrays.encode(text)) }
    }

    @Test func theFilesRolesComeBeforeTheUsualTexts() throws {
        var metadata = try TinyVocabulary().metadata()
        try metadata.add("tokenizer.ggml.bos_token_id", .uint32(4))
        try metadata.add("tokenizer.ggml.eos_token_id", .uint32(0))
        try metadata.add("tokenizer.ggml.unknown_token_id", .uint32(5))
        let tokenizer = try BPETokenizer(GGUFFile(metadata))
        #expect(tokenizer.bos == 4)
        #expect(tokenizer.eos == 0)
        #expect(tokenizer.vocabulary.unknown == 5)
        #expect(tokenizer.endOfGeneration.contains(0))
        #expect(tokenizer.endOfGeneration.contains(1))
    }

    @Test func aMergeIsDividedAtTheFirstSpaceThatIsNotTheFirstCharacter() throws {
        var tiny = TinyVocabulary()
        for token in [" ", " a", "b c", "ab c"] { tiny.add(token) }
        tiny.merges = ["  a", "a b c"]
        #expect(throws: Never.self) { try tiny.tokenizer() }
    }

    @Test func ofTwoEqualMergesTheFirstCounts() throws {
        #expect(try TinyVocabulary(merges: ["a b", "b c", "a b"]).tokenizer().pieces("abc") == ["ab", "c"])
    }

    @Test func withoutTypesTextsTell() throws {
        let tiny = TinyVocabulary(merges: ["a b"])
        var metadata = try tiny.metadata()
        metadata.remove("tokenizer.ggml.token_type")
        #expect(try BPETokenizer(GGUFFile(metadata)).vocabulary == tiny.vocabulary())
    }

    @Test func endsAreListedWithWhatSaysSo() throws {
        var tiny = TinyVocabulary()
        tiny.add("<|im_end|>")
        var metadata = try tiny.metadata()
        try metadata.add("tokenizer.ggml.eot_token_id", .uint32(5))
        try metadata.add("tokenizer.ggml.eos_token_ids", .array(GGUFArray([Int32(7), 5])))
        let ends = try BPETokenizer(GGUFFile(metadata)).vocabulary.ends
        #expect(ends.map(\.token) == [1, 5, 6, 7, TokenID(tiny.tokens.count - 1)])
        #expect(ends.map(\.isKnownText) == [true, true, true, false, true])
        let (turn, list) = ("tokenizer.ggml.eot_token_id", "tokenizer.ggml.eos_token_ids")
        #expect(ends.map(\.keys) == [[], [turn, list], [], [list], []])
    }

    // MARK: - Errors

    private func error(_ metadata: GGUFMetadata) throws -> TokenizerError? {
        let file = try GGUFFile(metadata)
        return #expect(throws: TokenizerError.self) { try BPETokenizer(file) }
    }

    private func error(_ tiny: TinyVocabulary) throws -> TokenizerError? { try error(tiny.metadata()) }

    @Test func anotherModelIsRefused() throws {
        let error = try error(TinyVocabulary().metadata(model: "gpt2"))
        #expect(error == .unsupportedModel(found: "gpt2", rules: nil, supported: "gemma4"))
        #expect(error?.description.contains("\"gpt2\"") == true)
        #expect(error?.description.contains("\"gemma4\"") == true)
    }

    @Test func aMissingKeyIsNamed() throws {
        let error = try error(GGUFMetadata())
        #expect(error == .metadata(.missingKey("tokenizer.ggml.model")))
        #expect(error?.description.contains("tokenizer.ggml.model") == true)
    }

    @Test func arraysOfDifferentLengthsAreRefused() throws {
        var tiny = TinyVocabulary()
        tiny.types.removeLast()
        #expect(
            try error(tiny)
                == .countMismatch(
                    key: "tokenizer.ggml.token_type", count: tiny.types.count, otherKey: "tokenizer.ggml.tokens",
                    otherCount: tiny.tokens.count))
    }

    @Test(arguments: [7, -1, 256]) func anUnknownTypeIsRefused(value: Int32) throws {
        var metadata = GGUFMetadata()
        try metadata.add("tokenizer.ggml.model", .string("gemma4"))
        try metadata.add("tokenizer.ggml.tokens", .array(GGUFArray(["<bos>", "<eos>"])))
        try metadata.add("tokenizer.ggml.token_type", .array(GGUFArray([3, value])))
        try metadata.add("tokenizer.ggml.merges", .array(GGUFArray([String]())))
        #expect(try error(metadata) == .invalidTokenType(token: 1, value: Int(value)))
    }

    @Test(arguments: ["bos", "eos", "unknown", "eot", "eom"]) func aRoleOutsideOfTheVocabularyIsRefused(role: String)
        throws
    {
        let tiny = TinyVocabulary()
        let key = "tokenizer.ggml.\(role)_token_id"
        for id in [Int64(tiny.tokens.count), -1, .max] {
            var metadata = try tiny.metadata()
            try metadata.add(key, .int64(id))
            #expect(
                try error(metadata) == .specialTokenOutOfRange(key: key, id: Int(id), count: tiny.tokens.count))
        }
    }

    @Test func aVocabularyNeedsABeginningAndAnEnd() throws {
        for role in ["bos", "eos"] {
            var tiny = TinyVocabulary()
            tiny.remove("<\(role)>")
            #expect(
                try error(tiny) == .missingSpecialToken(key: "tokenizer.ggml.\(role)_token_id", text: "<\(role)>"))
        }
    }

    @Test func aMissingByteNeedsAnUnknownToken() throws {
        var tiny = TinyVocabulary()
        tiny.remove("<0x0C>")
        #expect(throws: Never.self) { try tiny.tokenizer() }
        tiny.remove("<unk>")
        let error = try error(tiny)
        #expect(error == .missingByteToken(byte: 12))
        #expect(error?.description.contains("<0x0C>") == true)
    }

    @Test(arguments: ["", "ab", " ab", "ab\n"]) func aMergeWithoutTwoPartsIsRefused(merge: String) throws {
        var tiny = TinyVocabulary(merges: ["a b"])
        tiny.merges.append(merge)
        let error = try error(tiny)
        #expect(error == .malformedMerge(rank: 1, merge: merge))
        #expect(error?.description.contains("\n") == false)
    }

    @Test(arguments: [("q b", "q"), ("a q", "q"), ("a c", "ac"), ("a ", ""), ("a b\n", "b\n")])
    func aMergeOfAMissingTokenNamesIt(merge: String, token: String) throws {
        var tiny = TinyVocabulary(merges: ["a b"])
        tiny.merges.append(merge)
        let error = try error(tiny)
        #expect(error == .unknownMergeToken(rank: 1, merge: merge, token: token))
        #expect(error?.description.contains(token.debugDescription) == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func aMissingTokenFarDownTheListIsNamedWithItsRank() throws {
        var tiny = TinyVocabulary(merges: ["a b"])
        tiny.merges = Array(repeating: "a b", count: 1000) + ["b a"] + tiny.merges
        #expect(try error(tiny) == .unknownMergeToken(rank: 1000, merge: "b a", token: "ba"))
    }

    @Test func anEmptyVocabularyIsRefused() throws {
        let tiny = TinyVocabulary(characters: "")
        var empty = tiny
        (empty.tokens, empty.types) = ([], [])
        #expect(
            try error(empty) == .missingSpecialToken(key: "tokenizer.ggml.bos_token_id", text: "<bos>"))
    }

    @Test func scoresAreAsManyAsTokens() throws {
        let tiny = TinyVocabulary()
        let key = "tokenizer.ggml.scores"
        for count in [0, tiny.tokens.count - 1, tiny.tokens.count + 1] {
            var metadata = try tiny.metadata()
            try metadata.add(key, .array(GGUFArray([Float](repeating: .nan, count: count))))
            #expect(
                try error(metadata)
                    == .countMismatch(
                        key: key, count: count, otherKey: "tokenizer.ggml.tokens", otherCount: tiny.tokens.count))
        }
        var metadata = try tiny.metadata()
        try metadata.add(key, .float32(1))
        #expect(try error(metadata) == .metadata(.wrongType(key: key, expected: "array", found: "float32")))
    }

    @Test(arguments: ["padding", "mask", "cls", "seperator"]) func theTokenOfAnUnusedRoleDoesNotMatter(role: String)
        throws
    {
        let tiny = TinyVocabulary()
        let key = "tokenizer.ggml.\(role)_token_id"
        var metadata = try tiny.metadata()
        try metadata.add(key, .uint32(.max))
        #expect(throws: Never.self) { try BPETokenizer(GGUFFile(metadata)) }
    }

    @Test(arguments: ["", "a", "<0x>", "<0x0>", "<0x0a>", "<0x00F>", "<0xG0>", "0x0A", "<0x0A", "<0x+A>"])
    func aMalformedByteTokenIsRefused(text: String) throws {
        var tiny = TinyVocabulary()
        tiny.add(text, .byte)
        let error = try error(tiny)
        #expect(error == .malformedByteToken(token: tiny.tokens.count - 1, text: text))
        #expect(error?.description.contains("tokenizer.ggml.tokens[\(tiny.tokens.count - 1)]") == true)
    }

    @Test func aTokenIsNotLongerThanItsLimit() throws {
        for (type, limit) in [(TokenType.normal, 1024), (.userDefined, 128), (.control, 128)] {
            var tiny = TinyVocabulary()
            tiny.add(String(repeating: "a", count: limit), type)
            #expect(throws: Never.self) { try tiny.tokenizer() }
            tiny.add(String(repeating: "a", count: limit + 1), type)
            #expect(
                try error(tiny)
                    == .tokenTooLong(token: tiny.tokens.count - 1, byteCount: limit + 1, limit: limit))
        }
    }

    @Test func specialTokensOfAMegabyteAreRefused() throws {
        var tiny = TinyVocabulary()
        for index in 0..<(1 << 13) {
            tiny.add("\(1_000_000 + index)" + String(repeating: "a", count: 121), .userDefined)
        }
        #expect(try error(tiny) == .tooManySpecialTokens(limit: 1 << 20))
    }

    @Test func aSpecialTokenWithoutTextIsNeverFound() throws {
        var tiny = TinyVocabulary(merges: ["a b"])
        tiny.add("", .userDefined)
        tiny.add("", .control)
        let tokenizer = try tiny.tokenizer()
        #expect(tokenizer.pieces("ab<bos>a") == ["ab", "<bos>", "a"])
        #expect(tokenizer.decode([TokenID(tiny.tokens.count - 1)]) == "")
    }

    @Test func specialTokensThatBeginAlikeCostOneLookUpForEachByte() throws {
        // 1024 tokens that share all but their last two bytes, and a text that almost matches one of them everywhere.
        var tiny = TinyVocabulary()
        let stem = String(repeating: "a", count: 125)
        for first in 0..<32 {
            for second in 0..<32 {
                let ends = [first, second].map { Character(Unicode.Scalar(UInt8(48 + $0))) }
                tiny.add(stem + String(ends), .userDefined)
            }
        }
        let tokenizer = try tiny.tokenizer()
        let text = String(repeating: "a", count: 20_000)
        #expect(tokenizer.encode(text).count == 20_000)
        #expect(tokenizer.encode(stem + "0O").count == 1)
    }
}
