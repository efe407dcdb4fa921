import Constraint
import JSON
import Testing

/// A constraint built to take long, to fill the memory or to overflow the stack.
struct HostileConstraint: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let grammar: @Sendable () throws -> Grammar

    private init(_ name: String, _ grammar: @escaping @Sendable () throws -> Grammar) {
        testDescription = String(name.prefix(60))
        self.grammar = grammar
    }

    static func gbnf(_ source: String) -> HostileConstraint {
        HostileConstraint(source) { try Grammar(gbnf: source) { _ in nil } }
    }

    static func pattern(_ source: String) -> HostileConstraint {
        HostileConstraint(source) { try Grammar(regularExpression: source) }
    }

    static func schema(_ json: String) -> HostileConstraint {
        HostileConstraint(json) { try Grammar(jsonSchema: JSONValue(json: json)) }
    }

    static func schema(_ name: String, _ schema: @escaping @Sendable () -> JSONValue) -> HostileConstraint {
        HostileConstraint(name) { try Grammar(jsonSchema: schema()) }
    }
}

// MARK: - Grammars and patterns

extension HostileConstraint {
    private static func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    static let grammars: [HostileConstraint] =
        [
            // Left recursion: plain, behind what may be empty, over several rules, within repetitions.
            #"root ::= root "a" | "b""#, "root ::= x root \"a\" | \"b\"\nx ::= \"y\"?",
            "root ::= a\na ::= b \"x\" | \"a\"\nb ::= a \"y\"", #"root ::= (("a"*)* root)+"#,
            "root ::= r0\n" + lines(5000) { "r\($0) ::= r\(($0 + 1) % 5000)" },
            // No text at all.
            #"root ::= "a" root"#, "root ::= \"a\" x\nx ::= \"b\" x | \"c\" root",
            // Repetitions.
            #"root ::= "a"{1,1000000}"#, #"root ::= ((("a"{1,1000}){1,1000}){1,1000}){1,1000}"#,
            #"root ::= (("a"{0,1000}){0,1000}){0,1000}"#, #"root ::= (((("a"?)*)*)*)*"#,
            #"root ::= (("a" | "aa" | "aaa")* | "a"{3,900})*"#, #"root ::= ("a"{0,99} "a"{0,99} "a"{0,99}){0,99}"#,
            #"root ::= [ab]* "a" [ab]{500}"#, #"root ::= ([ab]* "a" [ab]{0,300} "b")*"#,
            // Texts that can be read in very many ways.
            #"root ::= "a" root root | "a""#, #"root ::= "a" root? root? root?"#,
            #"root ::= ("x" root "y") | ("x" root "z") | "w""#,
            "root ::= a a a a a a a a\na ::= b b b b b b b b\nb ::= c c c c c c c c\nc ::= \"a\"*",
            "root ::= " + times("\"\" ", 90_000) + "| \"a\"",
            "root ::= r0\n" + lines(19_000) { "r\($0) ::= r\($0 + 1) \"x\" | \"z\"" } + "r19000 ::= \"y\"",
            "root ::= " + times("r ", 40_000) + "\nr ::= \"\"",
            // Size.
            "root ::= \(times("(", 1_000_000))", "root ::= \(times("(", 20_000))\"a\"\(times(")", 20_000))",
            "root ::= \"\(times("a", 1_000_000))\"", "root ::= " + lines(30_000) { "\"k\($0)\" |" } + "\"\"",
            "root ::= r0\n" + lines(30_000) { "r\($0) ::= \"a\" r\($0 + 1)" } + "r30000 ::= \"b\"",
            "root ::= [" + lines(30_000) { "\\U000\(10_000 + $0 * 2)" }.filter { $0 != "\n" } + "]",
            // Each rule is twice the next one.
            "root ::= r0\n" + lines(60) { "r\($0) ::= r\($0 + 1) r\($0 + 1)" } + "r60 ::= \"a\"?",
        ].map(gbnf)

    static let patterns: [HostileConstraint] =
        [
            "((a{1,1000}){1,1000}){1,1000}", "a{1,1000000}", "[ab]*a[ab]{30}", "(.*a.{500})*", "((a|aa|aaa)*)*",
            "(a|a|a|a|a|a|a|a)*b", "(x+x+)+y", "(a?){900}a{900}", "((((a*)*)*)*)*", "(a*b*c*d*e*f*g*)*",
            times("(", 1_000_000), times("(a", 20_000), times("(", 20_000) + times(")*", 20_000), times("a|", 200_000),
            times("[^a]", 100_000), times("a?", 50_000), "([^\u{0}-\u{1}]{1000}){1000}", "a{99999999999999999999}",
            "(" + lines(5000) { "a{0,\($0)}|" } + ")*",
        ].map(pattern)
}

// MARK: - Schemas

extension HostileConstraint {
    static let schemas = texts + values

    private static let texts: [HostileConstraint] =
        [
            // References that lead nowhere.
            ##"{"$ref": "#"}"##,
            ##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##,
            ##"{"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}"##, ##"{"allOf": [{"$ref": "#"}, {"type": "string"}]}"##,
            ##"{"type": "array", "items": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}"##,
            ##"{"properties": {"a": {"$ref": "#"}}, "required": ["a"]}"##,
            // Counts and bounds.
            #"{"type": "string", "minLength": 1000000000}"#, #"{"type": "string", "maxLength": 9223372036854775807}"#,
            #"{"type": "array", "minItems": 1000000000, "items": {"type": "array", "minItems": 1000000000}}"#,
            #"{"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 99999999999999999999}"#,
            #"{"type": "integer", "multipleOf": 999999937}"#, #"{"type": "integer", "multipleOf": 1e-300}"#,
            #"{"type": "integer", "minimum": -1e308, "maximum": 1e308}"#,
            #"{"type": "number", "exclusiveMinimum": 1e-300, "exclusiveMaximum": 1e-299}"#,
            #"{"type": "integer", "minimum": 1\#(times("0", 100_000))}"#,
            #"{"type": "number", "maximum": 0.\#(times("1", 100_000))}"#,
            #"{"type": "string", "pattern": "^((a{1,1000}){1,1000}){1,1000}$", "minLength": 5000, "maxLength": 5001}"#,
            #"{"type": "string", "pattern": "^([ab]*a[ab]{500})$", "maxLength": 900}"#,
            #"{"type": "string", "pattern": "(a|b|ab)*c(a|b|ab)*c"}"#,
        ].map { schema($0) }

    private static let values: [HostileConstraint] = [
        schema("10 000 arrays in one another") { nested(10_000) { ["type": "array", "items": $0] } },
        schema("10 000 objects in one another") {
            nested(10_000) { ["type": "object", "properties": ["a": $0], "required": ["a"]] }
        },
        schema("10 000 anyOf in one another") { nested(10_000) { ["anyOf": [$0, ["type": "null"]]] } },
        schema("10 000 allOf in one another") { nested(10_000) { ["allOf": [$0]] } },
        schema("an enum of 100 000 strings") {
            ["enum": .array((0..<100_000).map { .string("value \($0 &* 7919 % 100_003)") })]
        },
        schema("an enum of 1000 objects") {
            ["enum": .array((0..<1000).map { ["a": [.string("\($0)"), ["b": .string("\($0)")]]] })]
        },
        schema("20 000 optional properties") {
            ["type": "object", "properties": .object(properties(20_000))]
        },
        schema("20 000 required properties") {
            [
                "type": "object", "properties": .object(properties(20_000)),
                "required": .array(properties(20_000).keys.map { .string($0) }),
            ]
        },
        schema("300 optional properties beside any others") {
            ["type": "object", "properties": .object(properties(300)), "additionalProperties": ["type": "null"]]
        },
        schema("a constant of a million characters") {
            ["const": .string(String(repeating: "é", count: 1_000_000))]
        },
        schema("2^30 alternatives by references") {
            ["$ref": "#/$defs/d0", "$defs": .object(doubling("anyOf"))]
        },
        schema("2^30 parts by references") {
            ["$ref": "#/$defs/d0", "$defs": .object(doubling("allOf"))]
        },
        schema("2^30 alternatives when allOf is distributed") {
            [
                "allOf": .array(
                    (0..<30).map { index in
                        [
                            "anyOf": [
                                ["properties": .object(["a\(index)": ["type": "null"]])],
                                ["properties": .object(["b\(index)": ["type": "null"]])],
                            ]
                        ]
                    })
            ]
        },
        schema("200 patterns of keys") {
            [
                "type": "object",
                "patternProperties": .object(
                    JSONObject((0..<200).map { ("^x[ab]*a[ab]{\($0)}$", ["type": "null"]) })),
            ]
        },
    ]

    private static func nested(_ depth: Int, _ wrap: (JSONValue) -> JSONValue) -> JSONValue {
        (0..<depth).reduce(["type": "integer"]) { inner, _ in wrap(inner) }
    }

    private static func properties(_ count: Int) -> JSONObject {
        JSONObject((0..<count).map { ("p\($0)", ["type": "integer"]) })
    }

    /// Thirty definitions, each of which has the next one twice.
    private static func doubling(_ keyword: String) -> JSONObject {
        var definitions: JSONObject = ["d30": ["type": "integer"]]
        for index in 0..<30 {
            let next: JSONValue = ["$ref": .string("#/$defs/d\(index + 1)")]
            definitions["d\(index)"] = .object([keyword: [next, next]])
        }
        return definitions
    }
}
