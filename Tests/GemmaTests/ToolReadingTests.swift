import Gemma
import ScriptedModel
import Testing

/// What the model reads in the rounds of a response.
@Suite("Reading of tool rounds")
struct ToolReadingTests {
    /// A model for which nothing has been read yet.
    private func newCaller() throws -> GemmaModel {
        try Scripted.model(.replying(Scripted.call, toResults: "It is late."))
    }

    @Test("A round reads the call and its result, and nothing of what precedes", arguments: [nil, false, true])
    func rounds(thinking: Bool?) async throws {
        let long = String(repeating: "You tell the time to whoever asks for it. ", count: 20)
        let session = try LanguageModelSession(model: newCaller(), tools: [Clock()], instructions: long)
        let response = try await session.respond(to: "What time is it?", options: .init(thinking: thinking))
        let (first, second) = (response.rounds[0], response.rounds[1])
        #expect(first.cachedPromptTokens == 0)
        #expect(first.promptTokens > 200)
        // All up to the beginning of the model's turn; the template does not show the thought, empty or not, again.
        let header = thinking == true ? 0 : 4
        #expect(second.cachedPromptTokens == first.promptTokens - header)
        let result = session.model.tokenizer.encode(
            #"response:get_time{value:<|"|>It is noon in UTC<|"|>}<tool_response|>"#)
        #expect(second.promptTokens <= first.generatedTokens + result.count + 4)
    }

    @Test(
        "Ten turns with a call in each read only what is new, with thoughts and without", arguments: [nil, false, true])
    func turns(thinking: Bool?) async throws {
        let session = try LanguageModelSession(
            model: Scripted.caller.get(), tools: [Clock()], instructions: "You tell the time.",
            configuration: .init(contextLength: 4096))
        var lengths: [Int] = []
        for turn in 1...10 {
            let response = try await session.respond(
                to: "What time is it, for the time number \(turn)?", options: .init(thinking: thinking))
            #expect(response.content == "It is late.")
            #expect(response.reasoning == (thinking == true ? "I know." : ""))
            lengths.append(session.tokens.count)
            guard turn > 1 else { continue }
            let read = response.rounds.reduce(0) { $0 + $1.promptTokens }
            // A page that has left the window is not there to go back to, and then up to 64 tokens more are read.
            #expect(read < 84 + 64, "in turn \(turn)")
        }
        // A turn is as long as another: no thought but the last one is shown.
        #expect(lengths[9] - lengths[8] <= lengths[2] - lengths[1] + 2)
        #expect(session.transcript.count == 1 + 10 * 4)
    }

    @Test("A conversation with calls that is read anew is answered as one that was read in parts")
    func anew() async throws {
        let session = try Scripted.session(Scripted.call, tools: [Clock()])
        for turn in 1...3 { _ = try await session.respond(to: "What time is it for the time \(turn)?") }
        let anew = try LanguageModelSession(
            model: newCaller(), tools: [Clock()], transcript: Transcript(session.transcript.dropLast()))
        let answer = try await anew.streamResponse().collect()
        #expect(answer.content == session.transcript.last?.content?.text)
        #expect(anew.tokens == session.tokens)
        #expect(anew.statistics.cachedPromptTokens == 0)
    }
}
