import Constraint
import Speculative
import Testing
import Tokenizer

/// What is drafted of a JSON text, by the white space that it has had so far.
@Suite("Forced text")
struct ForcedTextTests {
    private let model: ConstrainedPair

    init() throws { model = try ConstrainedPair() }

    /// JSON with optional white space, the way models write it.
    private static let grammar: Grammar = {
        let space = Expression.repetition(.characters(CharacterClass(" ", "\n")), min: 0, max: 20)
        let string = Expression.sequence([
            .literal("\""), .repetition(.characters(Grammar.letters), min: 0, max: nil), .literal("\""),
        ])
        func member(_ key: String, _ value: Expression) -> Expression {
            .sequence([space, .literal("\"\(key)\""), space, .literal(":"), space, value, space])
        }
        let inner = Expression.sequence([
            .literal("{"), member("x", string), .literal(","), member("y", string), .literal("}"),
        ])
        return Grammar(
            .sequence([.literal("{"), member("a", inner), .literal(","), member("b", inner), .literal("}")]))
    }()

    /// What is drafted after `text`.
    private func draft(after text: String, limit: Int = 32) throws -> String {
        var (forced, standing) = (ForcedText(model.tokenizer), try model.text(Self.grammar))
        for token in model.tokenizer.encode(text, parseSpecial: false) {
            let fits = try standing.append(token)
            #expect(fits, "\(text)")
            forced.append(token)
        }
        return model.tokenizer.decode(try forced.tokens(after: standing, limit: limit))
    }

    @Test("Lines and indentation go on as they began")
    func lines() throws {
        let whole = """
            {
              "a": {
                "x": "u",
                "y": "v"
              },
              "b": {
                "x": "w",
                "y": "z"
              }
            }
            """
        // What comes after each string's beginning, and after each string.
        #expect(try draft(after: "") == "{")
        for (begun, next) in [
            ("{\n  ", "\"a\": {\n    \"x\": \""), ("{\n  \"a\": {\n    \"x\": \"u\"", ",\n    \"y\": \""),
            ("{\n  \"a\": {\n    \"x\": \"u\",\n    \"y\": \"v\"", "\n  },\n  \"b\": {\n    \"x\": \""),
            (String(whole.dropLast(6)), "\n  }\n}"),
        ] {
            let found = try draft(after: begun)
            #expect(found == next, "\(begun)")
        }
    }

    @Test("A text on one line goes on on one line")
    func oneLine() throws {
        for (begun, next) in [
            ("{\"", "a\": {\"x\": \""), ("{\"a\":{\"x\":\"u\"", ", \"y\":\""),
            ("{\"a\":{\"x\":\"u\",\"y\":\"v\"", "},\"b\":{\"x\":\""),
            ("{\"a\": {\"x\": \"u\", \"y\": \"v\"", "}, \"b\": {\"x\": \""),
            ("{\"a\":{\"x\":\"u\",\"y\":\"v\"},\"b\":{\"x\":\"w\",\"y\":\"z\"", "}}"),
        ] {
            let found = try draft(after: begun)
            #expect(found == next, "\(begun)")
        }
    }

    @Test("Bytes are drafted as the tokens that wrote them before")
    func knownTokens() throws {
        var (forced, standing) = (ForcedText(model.tokenizer), try model.text(Self.grammar))
        // Byte by byte, which no tokenizer would write.
        for byte in "{\"a\": {\"x\": \"u\", \"y\": \"v\"}, \"b\"".utf8 {
            let token = TokenID(21) + TokenID(byte)
            let fits = try standing.append(token)
            #expect(fits)
            forced.append(token)
        }
        let expected = ": {\"x\": \"".utf8.map { TokenID(21) + TokenID($0) }
        #expect(try forced.tokens(after: standing, limit: 32) == expected)
    }

    @Test("Nothing is drafted within a string, at the end, or beyond the limit")
    func nothing() throws {
        #expect(try draft(after: "{\"a\": {\"x\": \"u") == "")
        #expect(try draft(after: "{\"a\":{\"x\":\"u\",\"y\":\"v\"},\"b\":{\"x\":\"w\",\"y\":\"z\"}}") == "")
        #expect(try draft(after: "{\"", limit: 0) == "")
        let (short, whole) = (try draft(after: "{\"", limit: 2), try draft(after: "{\""))
        #expect(whole.hasPrefix(short) && !short.isEmpty && short != whole)
    }

    @Test("A token that comes as a whole is drafted where nothing else fits")
    func tokens() throws {
        let (call, quote) = (TokenSet([7]), TokenSet([11]))
        let text = try model.text(
            Grammar(
                .sequence([
                    .token(call), .literal("call:f{a:"), .token(quote),
                    .repetition(.token(TokenSet(quote.ids, isNegated: true)), min: 0, max: nil), .token(quote),
                    .literal("}"),
                ])))
        var forced = ForcedText(model.tokenizer)
        let tokens = try forced.tokens(after: text, limit: 32)
        #expect(tokens.first == 7 && tokens.last == 11)
        #expect(model.tokenizer.decode(tokens.dropFirst().dropLast()) == "call:f{a:")
    }
}
