import Constraint
import Gemma
import JSON
import Testing

/// Schemas that are put together while a program runs, and what schemas of types can be compiled to.
@Suite("Dynamic schemas")
struct DynamicSchemaTests {
    private let dish = DynamicGenerationSchema(name: "Dish", description: "Of the menu", anyOf: ["soup", "pie"])

    private var order: DynamicGenerationSchema {
        DynamicGenerationSchema(
            name: "Order",
            properties: [
                .init(
                    name: "dishes", description: "At least one",
                    schema: .init(arrayOf: .init(referenceTo: "Dish"), minimumElements: 1, maximumElements: 3)),
                .init(name: "table", schema: .init(type: Int.self, guides: [.range(1...20)]), isOptional: true),
                .init(name: "city", schema: .init(type: GenerableTests.City.self)),
                .init(name: "next", schema: .init(referenceTo: "Order"), isOptional: true),
                .init(name: "note", schema: .init(name: "Note", anyOf: [.init(type: String.self), dish])),
            ])
    }

    @Test("Names and types become definitions")
    func json() throws {
        let json = try GenerationSchema(root: order, dependencies: [dish]).json
        #expect(json["$defs"]?.objectValue?.keys == ["Dish", "City"])
        #expect(
            json["$defs"]?["Dish"]
                == ["title": "Dish", "description": "Of the menu", "type": "string", "enum": ["soup", "pie"]])
        #expect(
            try json["properties"]
                == JSONValue(
                    json: """
                        {"dishes": {"description": "At least one", "type": "array", "items": {"$ref": "#/$defs/Dish"},
                                    "minItems": 1, "maxItems": 3},
                         "table": {"type": "integer", "minimum": 1, "maximum": 20},
                         "city": {"$ref": "#/$defs/City"},
                         "next": {"$ref": "#"},
                         "note": {"title": "Note", "anyOf": [{"type": "string"}, {"title": "Dish",
                                  "description": "Of the menu", "type": "string", "enum": ["soup", "pie"]}]}}
                        """))
        #expect(json["required"] == ["dishes", "city", "note"])
    }

    @Test("Names must be known, and belong to one schema")
    func errors() {
        #expect(throws: GenerationSchema.SchemaError.undefinedReference("Dish")) {
            try GenerationSchema(root: order, dependencies: [])
        }
        #expect(throws: GenerationSchema.SchemaError.duplicateName("Dish")) {
            try GenerationSchema(root: order, dependencies: [dish, dish])
        }
        #expect(throws: GenerationSchema.SchemaError.namelessDependency) {
            try GenerationSchema(root: order, dependencies: [.init(type: Int.self)])
        }
    }

    @Test("What types and schemas say can be obeyed")
    func grammars() throws {
        let types: [any Generable.Type] = [
            String.self, Bool.self, Int.self, Int8.self, UInt64.self, Double.self, [[Int]].self, GeneratedContent.self,
            GenerableTests.City.self, GenerableTests.Region.self, [GenerableTests.Region].self,
            TypedAnswerTests.Trip.self,
        ]
        for type in types { _ = try Grammar(jsonSchema: type.generationSchema.constraint) }
        _ = try Grammar(jsonSchema: GenerationSchema(root: order, dependencies: [dish]).constraint)
        let bounds = Int.generationSchema.constraint
        #expect(bounds.json == #"{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}"#)
        // What is impossible is an error, and not an answer without constraint.
        let unknown = GenerationSchema(
            type: GeneratedContent.self,
            properties: [.init(name: "x", type: String.self, guides: [.anyOf([])])])
        #expect(throws: ConstraintError.self) { try Grammar(jsonSchema: unknown.constraint) }
    }
}
