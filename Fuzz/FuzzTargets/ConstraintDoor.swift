import Chat
import Constraint
import JSON
import ReferenceCheck
import TensorBase
import Tokenizer

/// Compiles a constraint, and writes a text under it. The first byte selects the kind of constraint, the second one the
/// text.
enum ConstraintDoor {
    /// The most tokens of a text.
    private static let longestText = 32

    static func run(_ input: [UInt8]) throws {
        guard input.count >= 2, let kind = Kind(rawValue: input[0]) else { return }
        let source = String(decoding: input.dropFirst(2), as: UTF8.self)
        let vocabulary = try FuzzedVocabulary.shared.get()
        let automaton = try ConstraintAutomaton(kind.grammar(source, vocabulary), vocabulary: vocabulary.tree)
        var walk = ConstrainedWalk(vocabulary, automaton, seed: UInt64(input[1]))
        guard let text = try walk.write(limit: longestText) else { return }
        try kind.check(text, source, vocabulary)
    }

    /// What the bytes of an input are.
    enum Kind: UInt8 {
        case schema = 0x73  // s
        case grammar = 0x67  // g
        case regularExpression = 0x72  // r
        /// One on each line.
        case choices = 0x63  // c
        /// Names on a line, and then a schema for the arguments of all of them.
        case tools = 0x74  // t

        func grammar(_ source: String, _ vocabulary: FuzzedVocabulary) throws -> Grammar {
            switch self {
            case .schema: try Grammar(jsonSchema: JSONValue(json: source))
            case .grammar: try Grammar(gbnf: source) { vocabulary.tokens.id(of: $0) }
            case .regularExpression: try Grammar(regularExpression: source)
            case .choices: try Grammar(choices: Self.lines(source))
            case .tools:
                try Grammar(
                    toolCalls: Self.names(source).map { try ToolSignature(name: $0, parameters: Self.schema(source)) },
                    markers: vocabulary.markers)
            }
        }

        private static func lines(_ source: String) -> [String] {
            source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        }

        private static func names(_ source: String) -> [String] {
            lines(source)[0].unicodeScalars.split(separator: " ").map { String($0) }
        }

        private static func schema(_ source: String) throws -> JSONValue? {
            let text = lines(source).dropFirst().joined(separator: "\n")
            return text.isEmpty ? Optional.none : try JSONValue(json: text)
        }

        /// Checks what can be said of a finished text without an automaton.
        func check(_ tokens: [TokenID], _ source: String, _ vocabulary: FuzzedVocabulary) throws {
            let text = tokens.flatMap { vocabulary.bytes[Int($0)] }
            let shown = String(decoding: text, as: UTF8.self).debugDescription
            switch self {
            case .schema:
                guard (try? JSONValue(json: text)) != nil else {
                    throw Violation("an answer that is not JSON: \(shown)")
                }
            case .choices:
                guard Self.lines(source).contains(where: { $0.utf8.elementsEqual(text) }) else {
                    throw Violation("an answer that is no choice: \(shown)")
                }
            case .tools:
                let tools = try Self.names(source).map {
                    try ToolDescription(name: $0, parameters: Self.schema(source))
                }
                var parser = ReplyParser(tools: tools, makeID: { "" })
                for piece in [.special(.callStart)] + vocabulary.pieces(tokens) { _ = parser.append(piece) }
                _ = parser.finish(truncated: false)
                let reply = parser.reply
                guard reply.toolCalls.count == 1, reply.malformedCalls.isEmpty,
                    tools.contains(where: { $0.name.utf8.elementsEqual(reply.toolCalls[0].name.utf8) })
                else { throw Violation("an answer that is no call: \(shown)") }
            case .grammar, .regularExpression: break
            }
        }
    }
}

// MARK: - Seeds

extension ConstraintDoor {
    static let seeds: [(name: String, bytes: [UInt8])] =
        schemas.map { seed("s", $0) } + grammars.map { seed("g", $0) } + [
            seed("r", ("expression", #"^(a|b+?)*[^x\d]{2,3}(?:é|\u732b)\.$"#)), seed("r", ("anywhere", #"ab|\w+\s?$"#)),
            seed("c", ("choices", "true\nfalse\ntru\né\naaaaaaaa")), seed("t", ("now", "now a.b")),
            seed("t", ("call", "a ab\n" + calls)),
        ]

    private static func seed(_ kind: String, _ source: (name: String, text: String)) -> (String, [UInt8]) {
        (source.name, Array("\(kind)\u{1}\(source.text)".utf8))
    }

    private static let schemas = [
        (
            "object",
            """
            {"type":"object","properties":{"a":{"type":"string","minLength":1,"maxLength":3},"b":{"enum":[1,"x",null]},
            "c":{"type":"array","items":{"type":"integer","minimum":-3,"maximum":12},"minItems":1,"maxItems":2}},
            "required":["b"],"additionalProperties":false}
            """
        ),
        (
            "references",
            """
            {"$ref":"#/$defs/t","$defs":{"t":{"type":"object","properties":{"v":{"type":"number"},
            "n":{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}]}},"required":["v"]}}}
            """
        ),
        (
            "strings",
            #"""
            {"type":"array","prefixItems":[{"type":"string","pattern":"^a[^\"]b?$"},{"format":"date","type":"string"},
            {"const":"é\n\""}],"items":false}
            """#
        ),
        ("merged", #"{"allOf":[{"type":["integer","string"]},{"minimum":2,"maxLength":4}],"multipleOf":3}"#),
        (
            "map",
            """
            {"type":"object","additionalProperties":{"type":"boolean"},"minProperties":1,"maxProperties":2,
            "patternProperties":{"^x":{"type":"null"}}}
            """
        ),
        ("any", "true"),
    ]

    private static let calls = """
        {"type":"object","properties":{"x":{"type":"string","maxLength":4},"B":{"enum":["x",1,null]},
        "a":{"type":"array","items":{"type":"object","additionalProperties":{"type":"number"}}}},"required":["x"]}
        """

    private static let grammars = [
        ("list", #"root ::= ("- " [^\n]+ "\n")+ # lines"#),
        (
            "json",
            #"""
            root ::= v
            v ::= "{" (s ":" v ("," s ":" v)*)? "}" | "[" (v ("," v)*)? "]" | s | n
            s ::= "\"" ([^"\\] | "\\" [n"u])* "\""
            n ::= "-"? [0-9]{1,3} ("." [0-9]+)?
            """#
        ),
        ("ambiguous", #"root ::= "a" root root | "ab"? "b" root? | [a-b]{2,3}"#),
        ("tokens", #"root ::= <|tool_call> "call:" [ab]+ <|"|> !<|"|>* <|"|> <tool_call|>"#),
        ("characters", #"root ::= ([\u00e9-\u732b]{1,2} | . "\x41" [^a-z])+"#),
    ]
}
