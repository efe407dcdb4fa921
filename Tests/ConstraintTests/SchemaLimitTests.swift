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

    @Test func countsOfManyPropertiesAreRefused() {
        let properties = object((0..<5000).map { ("p\($0)", true) })
        #expect(isTooLarge(["type": "object", "properties": properties, "minProperties": 2500]))
    }

    @Test func listsOfValuesThatAreComparedAreRefused() {
        func values(from first: Int) -> JSONValue {
            ["enum": .array((first..<first + 2000).map { .number(JSONNumber($0)) })]
        }
        #expect(isTooLarge(["allOf": [values(from: 0), values(from: 1000)]]))
    }

    @Test func manyLargePatternsAreRefused() {
        let properties = (0..<200).map { number in
            ("p\(number)", ["type": "string", "pattern": "(a|b)*\(number)(a|b){200}c(a|b)*d"] as JSONValue)
        }
        #expect(isTooLarge(["type": "object", "properties": object(properties)]))
    }

    @Test func longChainsOfReferencesAreRefused() {
        let links = (0..<20_000).map { ("a\($0)", ["$ref": "#/$defs/a\($0 + 1)"] as JSONValue) }
        #expect(isTooLarge(["$defs": object(links + [("a20000", true)]), "$ref": "#/$defs/a0"]))
    }

    @Test func combinationsThatRecursionMultipliesAreRefused() {
        // Each level combines the schemas of the one above in a new way.
        func both(_ first: Int, _ second: Int) -> JSONValue {
            ["allOf": [["$ref": "#/$defs/s\(first % 24)"], ["$ref": "#/$defs/s\(second % 24)"]]]
        }
        let schemas = (0..<24).map { number in
            let properties: JSONValue = [
                "a": both(number * 7 + 1, number * 5 + 3), "b": both(number * 11 + 5, number * 3 + 7),
            ]
            return ("s\(number)", ["type": "object", "properties": properties] as JSONValue)
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
