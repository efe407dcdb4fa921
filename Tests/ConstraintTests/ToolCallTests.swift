import Chat
import Constraint
import JSON
import Testing

/// Calls that the grammar of tools admits are read back as what the schema describes.
@Suite struct ToolCallTests {
    private static let markers = ReplyMarkers(
        thoughtStart: 100, thoughtEnd: 101, callStart: 48, callEnd: 49, stringDelimiter: 52)

    private static let texts: [Int32: String] = [
        100: "<|channel>", 101: "<channel|>", 48: "<|tool_call>", 49: "<tool_call|>", 52: "<|\"|>",
    ]

    /// A text in which every marker means its token.
    private func symbols(_ text: String) -> [TextSymbol] {
        var symbols: [TextSymbol] = []
        var rest = text[...]
        while !rest.isEmpty {
            if let (id, marker) = Self.texts.first(where: { rest.hasPrefix($0.value) }) {
                symbols.append(.token(id))
                rest.removeFirst(marker.count)
            } else {
                symbols += TextSymbol.text(String(rest.removeFirst()))
            }
        }
        return symbols
    }

    private func grammar(_ schemas: [(String, String?)]) throws -> Grammar {
        let tools = try schemas.map { name, schema in
            ToolSignature(name: name, parameters: try schema.map { try JSONValue(json: $0) })
        }
        return try Grammar(toolCalls: tools, markers: Self.markers)
    }

    private func accepts(_ text: String, _ schema: String?) throws -> Bool {
        ReferenceRecognizer.accepts(symbols(text + "<tool_call|>"), try grammar([("f", schema)]))
    }

    @Test(arguments: [
        (nil, "call:f{}"), ("{}", "call:f{}"), ("{}", "call:f{a:<|\"|>x\n\\\"<|\"|>,B:[1,{c d:null}]}"),
        (##"{"properties":{"b":{"type":"string"},"A":{"type":"integer"}}}"##, "call:f{A:1,b:<|\"|>x<|\"|>}"),
        (##"{"properties":{"b":{"type":"string"},"A":{"type":"integer"}}}"##, "call:f{b:<|\"|><|\"|>}"),
        (##"{"properties":{"a":{"enum":["x y",1,{"d":1,"C":"q"}]}}}"##, "call:f{a:<|\"|>x y<|\"|>}"),
        (##"{"properties":{"a":{"enum":["x y",1,{"d":1,"C":"q"}]}}}"##, "call:f{a:{C:<|\"|>q<|\"|>,d:1}}"),
        (
            ##"{"properties":{"a":{"type":"string","pattern":"^[\"\n]+$","maxLength":3}}}"##,
            "call:f{a:<|\"|>\"\n\"<|\"|>}"
        ),
        (##"{"properties":{"a":{"type":"array","items":{"type":"number"},"minItems":2}}}"##, "call:f{a:[1,2.5]}"),
        (##"{"properties":{"a":{"type":"null"}},"additionalProperties":{"type":"integer"}}"##, "call:f{a:null,ab:3}"),
    ])
    func isAccepted(_ schema: String?, text: String) throws { #expect(try accepts(text, schema)) }

    @Test(arguments: [
        (nil, "call:f{a:1}"), (nil, "call:g{}"), ("{}", "call:f"), ("{}", "call:f{ }"), ("{}", "call:f{a: 1}"),
        ("{}", "call:f{\"a\":1}"), ("{}", "call:f{ a:1}"), ("{}", "call:f{a :1}"), ("{}", "call:f{:1}"),
        ("{}", "call:f{a:\"x\"}"), ("{}", "call:f{a:x}"), ("{}", "call:f{a:<|\"|>x<|\"|>y<|\"|>}"),
        (##"{"properties":{"b":{},"A":{}}}"##, "call:f{b:1,A:1}"), (##"{"properties":{"b":{}}}"##, "call:f{c:1}"),
        (##"{"properties":{"b":{"maxLength":1,"type":"string"}}}"##, "call:f{b:<|\"|>xy<|\"|>}"),
        (##"{"properties":{"b":{"type":"string"}}}"##, "call:f{b:1}"), (##"{"type":["object","null"]}"##, "call:fnull"),
        (##"{"properties":{"a":{"type":"null"}},"additionalProperties":true}"##, "call:f{a:1}"),
    ])
    func isRefused(_ schema: String?, text: String) throws { #expect(try !accepts(text, schema)) }

    @Test func argumentsOfOneToolAreNotThoseOfAnother() throws {
        let grammar = try grammar([
            ("f", ##"{"properties":{"a":{"type":"integer"}}}"##), ("fg", ##"{"properties":{"a":{"type":"null"}}}"##),
        ])
        #expect(ReferenceRecognizer.accepts(symbols("call:f{a:1}<tool_call|>"), grammar))
        #expect(ReferenceRecognizer.accepts(symbols("call:fg{a:null}<tool_call|>"), grammar))
        #expect(!ReferenceRecognizer.accepts(symbols("call:fg{a:1}<tool_call|>"), grammar))
        #expect(!ReferenceRecognizer.accepts(symbols("call:f{a:1}"), grammar))
    }

    @Test(arguments: [
        ("f", ##"{"properties":{"a:b":{}}}"##), ("f", ##"{"properties":{"a}":{}}}"##),
        ("f", ##"{"properties":{" a":{}}}"##),
        ("f", ##"{"properties":{"":{}}}"##), ("f", ##"{"properties":{"'a'":{}}}"##),
        ("f", ##"{"properties":{"o":{"const":{"x=y":1}}}}"##), ("f", ##"{"not":{}}"##), ("f", ##"{"type":"string"}"##),
        ("", "{}"), ("a b", "{}"), ("a{", "{}"), ("f", ##"{"properties":{"a":{"$ref":"#/x"}}}"##),
    ])
    func whatCannotBeWrittenIsAnErrorThatNamesTheTool(_ name: String, schema: String) throws {
        let error = #expect(throws: ConstraintError.self) { try grammar([("other", "{}"), (name, schema)]) }
        guard case .tool(name, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aNameMustBeNew() {
        #expect(throws: ConstraintError.self) { try grammar([("f", "{}"), ("f", nil)]) }
        #expect(throws: ConstraintError.unsatisfiable) { try grammar([]) }
    }

    @Test(arguments: [
        "{}",
        ##"""
        {"type":"object","properties":{"text":{"type":"string"},"Count":{"type":"integer"},
        "list":{"type":"array","items":{"type":"string"}},"free":{}},"required":["text"]}
        """##,
        ##"""
        {"type":"object","properties":{"kind":{"enum":["a \"b\"",true,3,[1,"x"],{"q":"r","P":null}]},
        "when":{"type":"string","format":"date-time"}},"required":["kind","when"]}
        """##,
        ##"{"type":"object","additionalProperties":{"type":"string","minLength":1,"maxLength":3}}"##,
        ##"""
        {"type":"object","properties":{"t":{"$ref":"#/$defs/t"}},"required":["t"],
        "$defs":{"t":{"type":"object","properties":{"v":{"type":"number"},"next":{"$ref":"#/$defs/t"}},
        "required":["v"]}}}
        """##,
        ##"""
        {"type":"object","properties":{"a b":{"type":"string","nullable":true},"c":{"type":"string",
        "pattern":"^[{}\\[\\]:,]*$"}},"required":["a b","c"],"additionalProperties":{"type":"boolean"}}
        """##,
    ])
    func generatedCallsAreReadBack(_ schema: String) throws {
        let parameters = try JSONValue(json: schema)
        let grammar = Grammar.replyOfCalls(
            try Grammar(toolCalls: [ToolSignature(name: "f", parameters: parameters)], markers: Self.markers),
            isParallel: false, thought: .none, markers: Self.markers)
        var generator = SentenceGenerator(grammar, seed: 3)
        for _ in 0..<150 {
            let text = generator.next()
            let symbols = try #require(text)
            var parser = ReplyParser(tools: [ToolDescription(name: "f", parameters: parameters)])
            for piece in pieces(symbols) { _ = parser.append(piece) }
            _ = parser.finish()
            let call = try #require(parser.reply.toolCalls.first, "\(pieces(symbols))")
            #expect(parser.reply.malformedCalls.isEmpty && parser.reply.toolCalls.count == 1)
            let arguments = try JSONValue(json: call.arguments)
            #expect(SchemaValidator.isValid(arguments, parameters), "\(call.arguments)")
            #expect(arguments.objectValue != nil)
        }
    }

    private func pieces(_ symbols: [TextSymbol]) -> [ReplyPiece] {
        var pieces: [ReplyPiece] = []
        var bytes: [UInt8] = []
        func flush() {
            if !bytes.isEmpty { pieces.append(.text(String(decoding: bytes, as: UTF8.self))) }
            bytes = []
        }
        for symbol in symbols {
            switch symbol {
            case .byte(let byte): bytes.append(byte)
            case .token(let id):
                flush()
                pieces.append(.special(SpecialToken(Self.texts[id] ?? "")))
            }
        }
        flush()
        return pieces
    }

    // MARK: - Replies

    @Test func aReplyBeginsWithItsThought() throws {
        let content = Grammar(.literal("yes"))
        func accepts(_ text: String, _ thought: ThoughtOpening) -> Bool {
            ReferenceRecognizer.accepts(
                symbols(text), .reply(content, thought: thought, markers: Self.markers))
        }
        #expect(accepts("yes", .none) && accepts("yes", .optional) && !accepts("yes", .begun))
        #expect(accepts("<|channel><channel|>yes", .optional) && !accepts("<|channel><channel|>yes", .none))
        #expect(accepts("<channel|>yes", .begun) && !accepts("<|channel><channel|>yes", .begun))
        #expect(!accepts("<|channel>yes", .optional) && !accepts("<|channel><channel|>", .optional))
        let thought: [TextSymbol] = [.token(100), .token(7), .token(8), .token(101)] + TextSymbol.text("yes")
        let grammar = Grammar.reply(content, thought: .optional, markers: Self.markers)
        #expect(ReferenceRecognizer.accepts(thought, grammar))
        let call: [TextSymbol] = [.token(100), .token(48), .token(101)] + TextSymbol.text("yes")
        #expect(!ReferenceRecognizer.accepts(call, grammar))
    }

    @Test func callsFollowOneAnotherOrNot() throws {
        let call = try grammar([("f", nil)])
        let one = "<|tool_call>call:f{}<tool_call|>"
        for isParallel in [true, false] {
            let only = Grammar.replyOfCalls(call, isParallel: isParallel, thought: .optional, markers: Self.markers)
            #expect(ReferenceRecognizer.accepts(symbols(one), only))
            #expect(ReferenceRecognizer.accepts(symbols("<|channel><channel|>" + one), only))
            #expect(ReferenceRecognizer.accepts(symbols(one + one), only) == isParallel)
            #expect(!ReferenceRecognizer.accepts([], only))

            let lazy = Grammar.replyWithCalls(call, isParallel: isParallel, markers: Self.markers)
            let text: [TextSymbol] = [.token(7), .token(100), .token(9), .token(101)]
            for text in [[], text] {
                #expect(ReferenceRecognizer.accepts(text, lazy))
                #expect(ReferenceRecognizer.accepts(text + symbols(one), lazy))
                #expect(ReferenceRecognizer.accepts(text + symbols(one + one), lazy) == isParallel)
                #expect(!ReferenceRecognizer.accepts(text + symbols(one) + [.token(7)], lazy))
                #expect(!ReferenceRecognizer.accepts(text + symbols("<|tool_call>call:g{}<tool_call|>"), lazy))
            }
        }
    }
}
