import BundledModel
import Foundation
import Gemma
import Observation
import Synchronization
import Testing

/// What programs written for Apple's FoundationModels count on. The whole shape is in Examples.
@Suite("The shape of FoundationModels")
struct FoundationModelsTests {
    private let model: GemmaModel

    init() throws {
        model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant)
    }

    @Test("A view learns that a response is being written, and that there are new messages")
    func observation() async throws {
        let session = try LanguageModelSession(model: model)
        let changes = Mutex<[String]>([])
        /// The session may be looked at from within.
        @Sendable func note(_ change: String) {
            let count = session.transcript.count
            changes.withLock { $0.append("\(change) \(count)") }
        }
        withObservationTracking {
            #expect(!session.isResponding)
        } onChange: {
            note("isResponding")
        }
        withObservationTracking {
            #expect(session.transcript.isEmpty)
        } onChange: {
            note("transcript")
        }
        _ = try await session.respond(to: "A fox", options: .init(temperature: 0.5, maximumResponseTokens: 4))
        #expect(changes.withLock { $0 } == ["isResponding 0", "transcript 0"])
    }

    @Test("Instructions made before are the system message")
    func instructions() throws {
        let isShort = true
        let instructions = Instructions {
            "You tell stories."
            if isShort { "They are short." }
            for animal in ["foxes", "owls"] { "You like \(animal)." }
        }
        let session = try LanguageModelSession(model: model, instructions: instructions)
        #expect(
            session.transcript == [.system("You tell stories.\nThey are short.\nYou like foxes.\nYou like owls.")])
    }

    @Test("A transcript of some entries of another begins a session")
    func condensed() async throws {
        let session = try LanguageModelSession(model: model, instructions: "You tell stories.")
        _ = try await session.respond(to: "A fox", options: .init(maximumResponseTokens: 4))
        var entries: [Transcript.Entry] = []
        if let first = session.transcript.first { entries.append(first) }
        if let last = session.transcript.last { entries.append(last) }
        let next = try LanguageModelSession(model: model, transcript: Transcript(entries: entries))
        #expect(next.transcript.map(\.role) == [.system, .assistant])
    }

    @Test("Options of FoundationModels are options of ours")
    func options() {
        #expect(GenerationOptions(sampling: .greedy).temperature == 0)
        let top = GenerationOptions(sampling: .random(top: 10, seed: 1), temperature: 0.5)
        #expect(top.topK == 10 && top.topP == 1 && top.seed == 1 && top.temperature == 0.5)
        let probable = GenerationOptions(sampling: .random(probabilityThreshold: 0.5), maximumResponseTokens: 9)
        #expect(probable.topK == 0 && probable.topP == 0.5 && probable.maximumResponseTokens == 9)
        let temperature: Double = 0.25
        #expect(GenerationOptions(temperature: temperature) == GenerationOptions(temperature: 0.25))
    }

    @Test("Content is JSON text, a value, or a member of an object")
    func content() throws {
        struct City: Decodable, ConvertibleFromGeneratedContent, Equatable { let name: String }
        let content = try GeneratedContent(json: #"{"name": "Oslo", "days": 2}"#)
        #expect(try content.value(City.self) == City(name: "Oslo"))
        #expect(try content.value(Int.self, forProperty: "days") == 2)
        #expect(try content.value(Int?.self, forProperty: "nights") == nil)
        #expect(throws: (any Error).self) { try content.value(Int.self, forProperty: "nights") }
        #expect(throws: (any Error).self) { try GeneratedContent(json: "Oslo") }
    }
}
