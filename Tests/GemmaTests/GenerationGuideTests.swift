import Foundation
import Gemma
import JSON
import RegexBuilder
import Testing

/// Guides as keywords of JSON schemas.
@Suite("Guides")
struct GenerationGuideTests {
    private func json<Value: Generable>(_ type: Value.Type, _ guides: GenerationGuide<Value>...) throws -> JSONValue {
        let schema = GenerationSchema(
            type: GeneratedContent.self, properties: [.init(name: "x", type: type, guides: guides)])
        return try #require(schema.json["properties"]?["x"])
    }

    @Test("Texts")
    func texts() throws {
        #expect(try json(String.self, .constant("a")) == ["type": "string", "const": "a"])
        #expect(try json(String.self, .anyOf(["a", "b"])) == ["type": "string", "enum": ["a", "b"]])
        #expect(try json(String.self, .pattern("[a-z]+|x")) == ["type": "string", "pattern": "^(?:[a-z]+|x)$"])
        #expect(try json(String.self, .pattern(/[a-z]+\d/)) == ["type": "string", "pattern": #"^(?:[a-z]+\d)$"#])
        // An expression that is not known as text fits nothing, so that no text passes for it.
        let unknown = Regex { Capture(OneOrMore(.digit), transform: { Int($0) }) }
        #expect(try json(String.self, .pattern(unknown)) == ["type": "string", "enum": []])
    }

    @Test("Numbers")
    func numbers() throws {
        #expect(try json(Int.self) == ["type": "integer"])
        #expect(try json(Int.self, .range(1...3)) == ["type": "integer", "minimum": 1, "maximum": 3])
        #expect(try json(Int.self, .minimum(1), .minimum(2)) == ["type": "integer", "minimum": 2])
        #expect(try json(UInt.self) == ["type": "integer", "minimum": 0])
        #expect(try json(UInt8.self, .maximum(9)) == ["type": "integer", "minimum": 0, "maximum": 9])
        #expect(
            try json(Double.self, .range(0.5...1e300)).json == #"{"type":"number","minimum":0.5,"maximum":1e+300}"#)
        #expect(try json(Float.self, .minimum(-.infinity), .maximum(2)).json == #"{"type":"number","maximum":2.0}"#)
        #expect(try json(Decimal.self, .minimum(Decimal(string: "0.1")!)).json == #"{"type":"number","minimum":0.1}"#)
    }

    @Test("Arrays, and what is in them")
    func arrays() throws {
        #expect(
            try json([Int].self, .count(3), .element(.range(1...6)))
                == [
                    "type": "array", "items": ["type": "integer", "minimum": 1, "maximum": 6], "minItems": 3,
                    "maxItems": 3,
                ])
        #expect(
            try json([[String]].self, .element(.element(.anyOf(["a"]))), .element(.minimumCount(1)))
                == [
                    "type": "array",
                    "items": ["type": "array", "items": ["type": "string", "enum": ["a"]], "minItems": 1],
                ])
        #expect(try json([Int].self, .count(2...4)) == json([Int].self, .minimumCount(2), .maximumCount(4)))
    }
}
