import Constraint
import JSON
import Testing

/// Schemas that strangers write do not take long, and do not take everything.
@Suite struct SchemaLimitTests {
    private func isTooLarge(_ schema: JSONValue) -> Bool {
        do {
            _ = try Grammar(jsonSchema: schema)
            return false
        } catch {
            if case .tooLarge = error { return true }
            Issue.record("\(error)")
            return false
        }
    }

    private func object(_ members: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(members)) }

    @Test func alternativesThatMultiplyAreRefused() {
        let choice: JSONValue = ["anyOf": [["minLength": 1], ["maxLength": 9], ["minimum": 2]]]
        #expect(isTooLarge(["type": "string", "allOf": .array(Array(repeating: choice, count: 40))]))
    }

    @Test func propertiesThatAreMergedAgainAndAgainAreRefused() {
        let properties = object((0..<5000).map { ("property \($0)", true) })
        let choice: JSONValue = ["anyOf": .array((0..<400).map { ["minProperties": .number(JSONNumber($0))] })]
        #expect(isTooLarge(["type": "object", "properties": properties, "allOf": [choice]]))
    }

    @Test func longChainsOfReferencesAreRefused() {
        let links = (0..<20_000).map { ("a\($0)", ["$ref": "#/$defs/a\($0 + 1)"] as JSONValue) }
        #expect(isTooLarge(["$defs": object(links + [("a20000", true)]), "$ref": "#/$defs/a0"]))
    }

    @Test func combinationsThatRecursionMultipliesAreRefused() {
        // Each level combines the schemas of the one above in a new way.
        let schemas = (0..<24).map { number in
            (
                "s\(number)",
                [
                    "type": "object",
                    "properties": [
                        "a": ["allOf": [["$ref": "#/$defs/s\((number * 7 + 1) % 24)"], ["$ref": "#/$defs/s\((number * 5 + 3) % 24)"]]],
                        "b": ["allOf": [["$ref": "#/$defs/s\((number * 11 + 5) % 24)"], ["$ref": "#/$defs/s\((number * 3 + 7) % 24)"]]],
                    ],
                ] as JSONValue
            )
        }
        do {
            let grammar = try Grammar(jsonSchema: ["$defs": object(schemas), "$ref": "#/$defs/s0"])
            #expect(grammar.rules.count < 100_000)
        } catch {
            guard case .tooLarge = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func valuesThatAreTooDeepAreRefused() {
        let value = (0..<300).reduce(JSONValue.null) { value, _ in .array([value]) }
        #expect(isTooLarge(["const": value]))
        #expect(isTooLarge(["enum": [value]]))
    }

    @Test func manyLongLiteralsAreRefused() {
        let text = String(repeating: "x", count: 1000)
        #expect(isTooLarge(["enum": .array((0..<1000).map { .string("\(text)\($0)") })]))
    }

    @Test func aGrammarGrowsWithItsSchema() throws {
        // Two thousand optional properties: any of them may be the first.
        let properties = object((0..<2000).map { ("p\($0)", ["type": "integer"]) })
        let grammar = try Grammar(jsonSchema: ["type": "object", "properties": properties])
        #expect(grammar.rules.count < 10_000)
        // One schema, referred to a thousand times.
        let shared = object((0..<1000).map { ("p\($0)", ["$ref": "#/$defs/s"]) })
        let other = try Grammar(jsonSchema: [
            "type": "object", "properties": shared,
            "$defs": ["s": ["type": "object", "properties": ["a": ["type": "string", "minLength": 3]]]],
        ])
        #expect(other.rules.filter { $0.name.hasPrefix("#/$defs") }.count < 10)
    }

    @Test func countsAreNotWrittenOut() throws {
        let grammar = try Grammar(jsonSchema: [
            "type": "array", "minItems": 1_000_000, "items": ["type": "string", "maxLength": 1_000_000],
        ])
        #expect(grammar.rules.count < 50)
    }

    @Test func deepSchemasAreCompiledUpToALimit() throws {
        func nested(_ depth: Int) -> JSONValue {
            (0..<depth).reduce(["type": "null"]) { schema, _ in ["type": "array", "items": schema] }
        }
        #expect(try Grammar(jsonSchema: nested(200)).rules.count > 200)
        #expect(isTooLarge(nested(1000)))
    }
}
