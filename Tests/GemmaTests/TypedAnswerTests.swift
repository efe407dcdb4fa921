import BundledModel
import Foundation
import Gemma
import JSON
import ScriptedModel
import Testing

/// Answers that are values, from models that follow a script.
@Suite("Typed answers")
struct TypedAnswerTests {
    struct Trip: Decodable, Generable, Equatable {
        let title: String
        let days: [Int]

        static var generationSchema: GenerationSchema {
            GenerationSchema(
                type: Self.self,
                properties: [.init(name: "title", type: String.self), .init(name: "days", type: [Int].self)])
        }

        /// By hand, what the macro makes.
        struct PartiallyGenerated: ConvertibleFromGeneratedContent, Equatable {
            var title: String?
            var days: [Int]?

            init(_ content: GeneratedContent) throws {
                title = try content.value(forProperty: "title")
                days = try content.value(forProperty: "days")
            }
        }
    }

    private static let json = #"{"title": "Oslo", "days": [1, 20]}"#

    /// A session with a model that gives this answer to whatever it is asked.
    private func session(_ reply: String) throws -> LanguageModelSession {
        try LanguageModelSession(model: Scripted.model(.replying(reply, toResults: "")))
    }

    @Test("An answer becomes a value, and the transcript has the question as it was asked")
    func respond() async throws {
        let session = try session(Self.json)
        let response = try await session.respond(to: "Where to?", generating: Trip.self)
        #expect(response.content == Trip(title: "Oslo", days: [1, 20]))
        #expect(response.rawContent.jsonString == #"{"title":"Oslo","days":[1,20]}"#)
        #expect(session.transcript.compactMap { $0.content?.text } == ["Where to?", Self.json])
        let shown = "Where to?\n\nAnswer in JSON that obeys this JSON schema:\n" + Trip.generationSchema.json.json
        #expect(session.text.contains(shown))
    }

    @Test("The type may follow from what the value is used for, and the prompt may have parts")
    func forms() async throws {
        let one: LanguageModelSession.Response<Trip> = try await session(Self.json).respond(to: Prompt("Where to?"))
        let two = try await session(Self.json).respond(generating: Trip.self) { "Where to?" }
        let three = try await session(Self.json).respond(to: "Where to?", schema: Trip.generationSchema)
        let four = try await session("12").respond(to: "How many?", generating: Int.self)
        let five = try await session("\"a\"").respond(to: "What?", generating: String.self)
        #expect(one.content == two.content)
        #expect(try three.content.value(forProperty: "days") == one.content.days)
        #expect(four.content == 12)
        #expect(five.content == "a")
    }

    @Test("The model is not shown the schema if that is not wanted")
    func withoutSchema() async throws {
        let session = try session(Self.json)
        _ = try await session.respond(to: "Where to?", generating: Trip.self, includeSchemaInPrompt: false)
        #expect(!session.text.contains("schema"))
    }

    @Test("The next question finds what precedes the schema, and not the schema itself")
    func nextQuestion() async throws {
        let session = try session(Self.json)
        let before = String(repeating: "It is warm. ", count: 20)
        _ = try await session.respond(to: before + "Where to?", generating: Trip.self)
        _ = try await session.respond(to: "Why?")
        #expect(!session.text.contains("schema"))
        #expect(session.statistics.cachedPromptTokens > 40)
        #expect(session.transcript[1].content?.text == Self.json)
    }

    @Test("Snapshots have what is known, and the last one is the value")
    func stream() async throws {
        let stream = try session(Self.json).streamResponse(to: "Where to?", generating: Trip.self)
        var snapshots: [LanguageModelSession.ResponseStream<Trip>.Snapshot] = []
        for try await snapshot in stream { snapshots.append(snapshot) }
        let titles = snapshots.map(\.content.title)
        #expect(titles.first == .some(nil) && titles.last == "Oslo")
        #expect(titles.allSatisfy { "Oslo".hasPrefix($0 ?? "") })
        let days = snapshots.compactMap(\.content.days)
        #expect(Set(days) == [[], [1], [1, 20]])
        #expect(snapshots.last?.rawContent.isComplete == true)
        #expect(snapshots.dropLast().allSatisfy { !$0.rawContent.isComplete })
        #expect(Set(snapshots.map(\.rawContent.id)).count == 1)
    }

    @Test("A type without partial values is shown when it is complete")
    func streamOfWhole() async throws {
        let snapshots = try await session("[true, false]").streamResponse(to: "?", generating: [Bool].self)
            .reduce(into: [[Bool]]()) { $0.append($1.content) }
        #expect(snapshots.last == [true, false] && Set(snapshots) == [[], [true], [true, false]])
        let cities = try await session(#"{"name": "Oslo", "population": 7}"#)
            .streamResponse(to: "?", generating: GenerableTests.City.self).reduce(into: []) { $0.append($1.content) }
        #expect(cities == [GenerableTests.City(name: "Oslo", population: 7)])
    }

    @Test("Collecting a stream gives the value")
    func collect() async throws {
        let response = try await session(Self.json).streamResponse(to: "?", generating: Trip.self).collect()
        #expect(response.content.title == "Oslo")
        let text = try await session("\"a\"").streamResponse(to: "?", generating: String.self).collect()
        #expect(text.content == "a")
        let plain = try await session("\"a\"").streamResponse(to: "?").collect()
        #expect(plain.content == "\"a\"" && plain.rawContent.jsonString == #""\"a\"""#)
    }

    @Test("An answer that a limit cut off is an error that says so")
    func cutOff() async throws {
        let session = try session(Self.json)
        let options = GenerationOptions(maximumResponseTokens: 3)
        do {
            _ = try await session.respond(to: "?", generating: Trip.self, options: options)
            Issue.record("nothing was thrown")
        } catch GemmaError.incompleteAnswer(let text, limit: 3) {
            #expect(Self.json.hasPrefix(text) && !text.isEmpty)
            #expect("\(GemmaError.incompleteAnswer(text: text, limit: 3))".contains("cut off at the limit of 3 tokens"))
        }
        #expect(session.transcript.count == 2)
        await #expect(throws: GemmaError.self) {
            for try await _ in session.streamResponse(to: "?", generating: Trip.self, options: options) {}
        }
        // Where the limit is large enough, the answer is brought to an end.
        let short = GenerationOptions(maximumResponseTokens: 30)
        let endless = try self.session(#"{"title": ""# + String(repeating: "fox ", count: 40) + #"", "days": []}"#)
        let response = try await endless.respond(to: "?", generating: Trip.self, options: short)
        #expect(response.content.title.hasPrefix("fox"))
    }

    @Test("An answer that its type refuses is an error that says why")
    func refused() async throws {
        struct Even: Generable {
            static var generationSchema: GenerationSchema { Int.generationSchema }
            let generatedContent: GeneratedContent

            init(_ content: GeneratedContent) throws {
                guard try Int(content).isMultiple(of: 2) else { throw content.mismatch(Self.self) }
                generatedContent = content
            }
        }
        do {
            _ = try await session("3").respond(to: "?", generating: Even.self)
            Issue.record("nothing was thrown")
        } catch let error as GemmaError {
            guard case .undecodableAnswer(text: "3", type: "Even", reason: is DecodingError) = error else {
                throw error
            }
        }
    }
}
