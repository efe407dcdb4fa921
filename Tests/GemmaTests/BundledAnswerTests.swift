import BundledModel
import Gemma
import Testing

/// Answers that are values, from a model that only ever learned to tell stories.
@Suite("Typed answers of the bundled model")
struct BundledAnswerTests {
    struct Animal: Codable, Generable, Equatable {
        enum Kind: String, Codable, Generable {
            case fox, owl, bear
            static var generationSchema: GenerationSchema {
                GenerationSchema(type: Self.self, anyOf: ["fox", "owl", "bear"])
            }
        }

        let name: String
        let kind: Kind
        let age: Int
        let weight: Double
        let isBrave: Bool
        let friends: [Animal]
        let home: String?

        static var generationSchema: GenerationSchema {
            GenerationSchema(
                type: Self.self, description: "An animal of a story",
                properties: [
                    .init(name: "name", type: String.self, guides: [.pattern(/[A-Z][a-z]{1,9}/)]),
                    .init(name: "kind", type: Kind.self),
                    .init(name: "age", description: "In years", type: Int.self, guides: [.range(1...20)]),
                    .init(name: "weight", type: Double.self, guides: [.range(0.5...900)]),
                    .init(name: "isBrave", type: Bool.self),
                    .init(name: "friends", type: [Animal].self, guides: [.maximumCount(1)]),
                    .init(name: "home", type: String?.self, guides: [.pattern(".{0,30}")]),
                ])
        }
    }

    private let model: GemmaModel

    init() throws {
        model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant)
    }

    private func check(_ animal: Animal) {
        #expect((2...10).contains(animal.name.count) && (1...20).contains(animal.age))
        #expect((0.5...900).contains(animal.weight) && animal.friends.count <= 1)
        for friend in animal.friends { check(friend) }
    }

    @Test("Whatever is drawn, it is a value", arguments: 0..<6)
    func values(_ seed: UInt64) async throws {
        let options = GenerationOptions(temperature: 2, topK: 0, topP: 1, seed: seed, maximumResponseTokens: 1500)
        let session = try LanguageModelSession(model: model)
        let response = try await session.respond(
            to: "Tell me about an animal", generating: Animal.self, options: options)
        check(response.content)
        let text = try #require(session.transcript.last?.content?.text)
        #expect(try GeneratedContent(json: text) == response.rawContent)
    }

    @Test("Values that are written are partly known, and in the end wholly")
    func stream() async throws {
        let session = try LanguageModelSession(model: model)
        let options = GenerationOptions(temperature: 1, seed: 1)
        var snapshots: [LanguageModelSession.ResponseStream<Animal>.Snapshot] = []
        for try await snapshot in session.streamResponse(to: "An animal", generating: Animal.self, options: options) {
            snapshots.append(snapshot)
        }
        let last = try #require(snapshots.last)
        #expect(last.rawContent.isComplete)
        check(last.content)
    }

    @Test("Numbers are within the bounds of their types, and choices are choices", arguments: 0..<4)
    func bounds(_ seed: UInt64) async throws {
        let options = GenerationOptions(temperature: 2, topK: 0, topP: 1, seed: seed)
        let session = try LanguageModelSession(model: model)
        _ = try await session.respond(to: "How many?", generating: Int.self, options: options)
        _ = try await session.respond(to: "How many?", generating: UInt8.self, options: options)
        _ = try await session.respond(to: "Which?", generating: Animal.Kind.self, options: options)
        let schema = GenerationSchema(json: ["enum": [1, "a", nil, ["b": []]]])
        let content = try await session.respond(to: "What?", schema: schema, options: options).content
        #expect(schema.json["enum"]?.arrayValue?.contains(content.jsonValue) == true)
    }

    @Test("A schema that cannot be obeyed is an error, and nothing is said")
    func impossible() async throws {
        let session = try LanguageModelSession(model: model)
        await #expect(throws: ConstraintError.self) {
            try await session.respond(to: "?", schema: GenerationSchema(json: ["not": ["type": "string"]]))
        }
        #expect(session.transcript.isEmpty)
    }
}
