import Testing
import Tokenizer

@Suite struct VocabularyTests {
    @Test func tokensAreFoundByTextAndByNumber() throws {
        let tiny = TinyVocabulary(merges: ["a b"])
        let vocabulary = try tiny.vocabulary()
        #expect(vocabulary.count == tiny.tokens.count)
        for (index, text) in tiny.tokens.enumerated() {
            let id = TokenID(index)
            #expect(vocabulary.id(of: text) == id)
            #expect(vocabulary.text(of: id) == text)
            #expect(vocabulary.bytes(of: id).map(Array.init) == Array(text.utf8))
            #expect(vocabulary.type(of: id) == tiny.types[index])
        }
        #expect(vocabulary.id(of: "no token") == nil)
        #expect(vocabulary.id(of: "") == nil)
    }

    @Test func idsOutsideHaveNothing() throws {
        let vocabulary = try TinyVocabulary().vocabulary()
        for id in [TokenID(-1), TokenID(vocabulary.count), .min, .max] {
            #expect(!vocabulary.contains(id))
            #expect(vocabulary.bytes(of: id) == nil)
            #expect(vocabulary.text(of: id) == nil)
            #expect(vocabulary.type(of: id) == nil)
        }
    }

    @Test func ofTwoTokensWithTheSameBytesTheFirstIsFound() throws {
        var tiny = TinyVocabulary()
        let first = TokenID(tiny.tokens.count)
        tiny.add("twice")
        tiny.add("twice")
        let vocabulary = try tiny.vocabulary()
        #expect(vocabulary.id(of: "twice") == first)
        #expect(vocabulary.text(of: first + 1) == "twice")
    }

    @Test func canonicallyEquivalentTokensAreDifferent() throws {
        var tiny = TinyVocabulary(characters: "")
        let first = TokenID(tiny.tokens.count)
        for text in ["e\u{301}", "\u{E9}", "\u{212B}", "\u{C5}"] { tiny.add(text) }
        let vocabulary = try tiny.vocabulary()
        #expect(vocabulary.id(of: "e\u{301}") == first)
        #expect(vocabulary.id(of: "\u{E9}") == first + 1)
        #expect(vocabulary.id(of: "\u{212B}") == first + 2)
        #expect(vocabulary.id(of: "\u{C5}") == first + 3)
    }

    @Test func rolesAreFoundByTextWhereTheFileNamesNone() throws {
        let vocabulary = try TinyVocabulary().vocabulary()
        #expect(vocabulary.text(of: vocabulary.bos) == "<bos>")
        #expect(vocabulary.text(of: vocabulary.eos) == "<eos>")
        #expect(vocabulary.unknown.flatMap(vocabulary.text) == "<unk>")
    }

    @Test func tokensMayBeAnyBytes() throws {
        let tokens: [[UInt8]] = [Array("<bos>".utf8), Array("<eos>".utf8), [], [0xFF, 0xC3], [0xFF]]
        let vocabulary = try Vocabulary(tokens: tokens, types: [.control, .control, .normal, .normal, .normal])
        #expect(vocabulary.bytes(of: 2)?.isEmpty == true)
        #expect(vocabulary.bytes(of: 3).map(Array.init) == [0xFF, 0xC3])
        #expect(vocabulary.text(of: 4) == "\u{FFFD}")
    }

    @Test func vocabulariesAreEqualWhenEveryIDMeansTheSame() throws {
        let tiny = TinyVocabulary()
        var other = tiny
        #expect(try tiny.vocabulary() == other.vocabulary())
        other.add("more")
        #expect(try tiny.vocabulary() != other.vocabulary())
        other = tiny
        other.types[other.types.count - 1] = .userDefined
        #expect(try tiny.vocabulary() != other.vocabulary())
        other = tiny
        other.tokens.swapAt(other.tokens.count - 1, other.tokens.count - 2)
        #expect(try tiny.vocabulary() != other.vocabulary())
    }
}
