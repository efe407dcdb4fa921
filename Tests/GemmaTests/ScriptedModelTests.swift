import Gemma
import ScriptedModel
import Testing

/// The model itself; what it is for is in `ToolCallTests`.
@Suite("Scripted model")
struct ScriptedModelTests {
    private let sentence = " and the owl and the bear and the bee. The end."

    private func response(
        to prompt: String, hasDrafter: Bool = false
    ) async throws -> (text: String, drafts: SpeculationStatistics) {
        let script: Script = [.init(after: "", write: "<turn|>"), .init(after: " fox", write: sentence + "<turn|>")]
        let session = try Scripted.model(script, hasDrafter: hasDrafter).makeSession(contextLength: 512)
        var options = GenerationOptions(maximumResponseTokens: 64)
        options.speculation.draftLength = .fixed(2)
        let response = try await session.respond(to: prompt, options: options)
        return (response.text, session.statistics.speculation)
    }

    private static let prompts = ["A fox", "The bear and the fox", "And the owl and the bear and the bee and the fox"]

    @Test("It writes what the script says, whatever precedes, with tokens that come again", arguments: prompts)
    func follows(prompt: String) async throws {
        #expect(try await response(to: prompt).text == sentence)
        #expect(try await response(to: prompt + ", a bear").text.isEmpty)
    }

    @Test("The first draft of its drafter is always right", arguments: prompts)
    func drafts(prompt: String) async throws {
        let (text, drafts) = try await response(to: prompt, hasDrafter: true)
        #expect(text == sentence)
        #expect(drafts.rounds > 2)
        #expect(drafts.acceptedByPosition.first == drafts.draftedByPosition.first)
    }

    @Test("A script that contradicts itself is refused")
    func contradiction() {
        let script: Script = [.init(after: " fox", write: " and"), .init(after: " fox", write: " or")]
        #expect(throws: ScriptError.self) { try Scripted.model(script) }
    }
}
