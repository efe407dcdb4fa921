import Foundation
import Gemma
import JSON
import Testing

/// Types that say by hand what a model is to write.
@Suite("Generable types")
struct GenerableTests {
    /// All that a `Decodable` type has to give is its schema.
    struct City: Decodable, Generable, Equatable {
        let name: String
        let population: Int
        var river: String?

        static var generationSchema: GenerationSchema {
            GenerationSchema(
                type: Self.self, description: "A city",
                properties: [
                    .init(name: "name", description: "As its people call it", type: String.self),
                    .init(name: "population", type: Int.self, guides: [.range(1...100)]),
                    .init(name: "river", type: String?.self),
                ])
        }
    }

    /// A type that contains others, twice, and itself.
    struct Region: Decodable, Generable {
        let capital: City
        let cities: [City]
        let parts: [Region]

        static var generationSchema: GenerationSchema {
            GenerationSchema(
                type: Self.self,
                properties: [
                    .init(name: "capital", description: "The largest one", type: City.self),
                    .init(
                        name: "cities", type: [City].self, guides: [.minimumCount(2), .maximumCount(4)]),
                    .init(name: "parts", type: [Region].self, guides: [.count(0...2)]),
                ])
        }
    }

    @Test("A schema by hand becomes a JSON schema")
    func objects() throws {
        #expect(
            try City.generationSchema.json
                == JSONValue(
                    json: """
                        {"title": "City", "description": "A city", "type": "object", "properties": {
                            "name": {"description": "As its people call it", "type": "string"},
                            "population": {"type": "integer", "minimum": 1, "maximum": 100},
                            "river": {"type": "string"}},
                         "required": ["name", "population"], "additionalProperties": false}
                        """))
        #expect(City.generationSchema.json["properties"]?.objectValue?.keys == ["name", "population", "river"])
    }

    @Test("Types within types are defined once, and may contain themselves")
    func definitions() throws {
        let json = Region.generationSchema.json
        #expect(json["$defs"]?.objectValue?.keys == ["City"])
        #expect(json["$defs"]?["City"]?["title"] == "City")
        #expect(
            try json["properties"]
                == JSONValue(
                    json: """
                        {"capital": {"description": "The largest one", "$ref": "#/$defs/City"},
                         "cities": {"type": "array", "items": {"$ref": "#/$defs/City"}, "minItems": 2, "maxItems": 4},
                         "parts": {"type": "array", "items": {"$ref": "#"}, "minItems": 0, "maxItems": 2}}
                        """))
        // As a part of another schema it is not the root.
        let list = [Region].generationSchema.json
        #expect(list["items"] == ["$ref": "#/$defs/Region"])
        #expect(list["$defs"]?["Region"]?["properties"]?["parts"]?["items"] == ["$ref": "#/$defs/Region"])
    }

    @Test("Types of equal names have definitions of their own")
    func equalNames() throws {
        enum One {
            struct Item: Decodable, Generable {
                static var generationSchema: GenerationSchema { GenerationSchema(type: Self.self, properties: []) }
            }
        }
        enum Two {
            struct Item: Decodable, Generable {
                static var generationSchema: GenerationSchema { GenerationSchema(type: Self.self, anyOf: ["a", "b"]) }
            }
        }
        let schema = GenerationSchema(
            type: GeneratedContent.self, anyOf: [One.Item.self, Two.Item.self, One.Item.self])
        #expect(
            schema.json["anyOf"] == [["$ref": "#/$defs/Item"], ["$ref": "#/$defs/Item_2"], ["$ref": "#/$defs/Item"]])
        #expect(schema.json["$defs"]?["Item_2"] == ["title": "Item", "type": "string", "enum": ["a", "b"]])
    }

    @Test("A JSON schema that refers to itself still does within another one")
    func handWrittenReferences() throws {
        struct Tree: Decodable, Generable {
            static var generationSchema: GenerationSchema {
                GenerationSchema(json: [
                    "anyOf": [["type": "null"], ["type": "array", "items": ["$ref": "#"]], ["$ref": "#/$defs/leaf"]],
                    "$defs": ["leaf": ["const": ["$ref": "#"]]],
                    "properties": ["const": ["$ref": "#/$defs/leaf"]],
                ])
            }
        }
        #expect(Tree.generationSchema.json["anyOf"]?.arrayValue?.last == ["$ref": "#/$defs/leaf"])
        let tree = try #require([Tree].generationSchema.json["$defs"]?["Tree"])
        #expect(tree["anyOf"]?.arrayValue?[1]["items"] == ["$ref": "#/$defs/Tree"])
        #expect(tree["anyOf"]?.arrayValue?[2] == ["$ref": "#/$defs/Tree/$defs/leaf"])
        #expect(tree["$defs"]?["leaf"] == ["const": ["$ref": "#"]])
        #expect(tree["properties"]?["const"] == ["$ref": "#/$defs/Tree/$defs/leaf"])
    }

    @Test("A Decodable type is made of what was written, and its errors say where it does not fit")
    func decoding() throws {
        let oslo = City(name: "Oslo", population: 7, river: nil)
        #expect(try City(GeneratedContent(json: #"{"name": "Oslo", "population": 7}"#)) == oslo)
        let region = try Region(
            GeneratedContent(
                json: #"{"capital": {"name": "Oslo", "population": 7}, "cities": [], "parts": []}"#))
        #expect(region.capital == oslo)
        #expect(throws: DecodingError.self) { try City(GeneratedContent(json: #"{"name": "Oslo"}"#)) }
        let content = try GeneratedContent(json: #"{"days": [{"hours": [1, "x"]}]}"#)
        struct Day: ConvertibleFromGeneratedContent {
            let hours: [Int]
            init(_ content: GeneratedContent) throws { hours = try content.value(forProperty: "hours") }
        }
        do {
            _ = try content.value([Day].self, forProperty: "days")
            Issue.record("nothing was thrown")
        } catch DecodingError.typeMismatch(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["days", "0", "hours", "1"])
        }
    }

    @Test("A type is written as it is read, whether it can be encoded or not")
    func generatedContent() throws {
        #expect(
            City(name: "Oslo", population: 7, river: nil).generatedContent.jsonString
                == #"{"name":"Oslo","population":7}"#)
        let region = Region(capital: City(name: "Oslo", population: 7, river: "Akerselva"), cities: [], parts: [])
        #expect(region.generatedContent.jsonValue["capital"]?["river"] == "Akerselva")
        struct Code: Codable, Generable {
            let text: String
            enum CodingKeys: String, CodingKey { case text = "code" }
            static var generationSchema: GenerationSchema {
                GenerationSchema(type: Self.self, properties: [.init(name: "code", type: String.self)])
            }
        }
        #expect(Code(text: "a").generatedContent.jsonString == #"{"code":"a"}"#)
        #expect(Prompt { [1, 2] as [Int] }.text == "1\n2")
    }

    @Test(
        "Values of the standard library",
        arguments: ["\"a\"", "true", "12", "1e2", "1.5", "-3", "[1,2]", "null"])
    func values(_ text: String) throws {
        let content = try GeneratedContent(json: text)
        #expect((try? String(content)) == content.jsonValue.stringValue)
        #expect((try? Bool(content)) == content.jsonValue.boolValue)
        let number = content.jsonValue.numberValue?.doubleValue
        #expect((try? Double(content)) == number)
        #expect((try? Float(content)) == number.map(Float.init))
        #expect((try? Decimal(content)) == number.map { Decimal($0) })
        #expect((try? Int(content)) == number.flatMap(Int.init(exactly:)))
        #expect((try? UInt8(content)) == number.flatMap(UInt8.init(exactly:)))
        #expect((try? [Int](content)) == (text == "[1,2]" ? [1, 2] : nil))
        #expect(GeneratedContent(content) == content)
        #expect(((try? content.value(Int?.self)) ?? nil) == (try? Int(content)))
    }

    @Test("Numbers that are too large: the largest there is, and no integer")
    func largeNumbers() throws {
        #expect(try Double(GeneratedContent(json: "1e999")) == .greatestFiniteMagnitude)
        #expect(try Float(GeneratedContent(json: "-1e99")) == -.greatestFiniteMagnitude)
        #expect(throws: DecodingError.self) { try Int(GeneratedContent(json: "9223372036854775808")) }
        #expect(throws: DecodingError.self) { try Int8(GeneratedContent(json: "128")) }
        #expect(Double.infinity.generatedContent.jsonString == "null")
    }

    @Test("Content of properties is an object in that order, without those that are nil")
    func properties() throws {
        let content = GeneratedContent(properties: ["b": 1, "a": ["x"], "c": Int?.none])
        #expect(content.jsonString == #"{"b":1,"a":["x"]}"#)
        #expect(GeneratedContent(kind: content.kind) == content)
        #expect(GeneratedContent(elements: [1, 2] as [Int]).jsonString == "[1,2]")
    }
}
