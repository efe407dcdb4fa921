import BundledModel
import Foundation
import Gemma
import Synchronization
import Testing

/// Calls of tools. The bundled model knows none, so it is made to write them.
@Suite("Tools")
struct ToolTests {
    private let model: GemmaModel
    private let reply: ScriptedReply

    init() throws {
        model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant)
        reply = try ScriptedReply(callOf: "fox", then: "The", model.tokenizer)
    }

    private struct Fox: Tool {
        let name = "fox"
        let description = "Tells about the fox"
        let parameters = GenerationSchema(json: ["type": "object"])
        var result: @Sendable () async throws -> String = { "It sleeps." }

        func call(arguments: GeneratedContent) async throws -> String { try await result() }
    }

    private func session(
        _ tool: Fox = Fox(), rounds: Int = 16, allowsCall: (@Sendable (ToolCall) async -> Bool)? = nil
    ) throws -> LanguageModelSession {
        // The script ends at a limit of tokens at which a constrained call would not be begun.
        var configuration = LanguageModelSession.Configuration(
            chatTemplate: ScriptedReply.template, maximumToolRounds: rounds, allowsCall: allowsCall)
        configuration.constrainsCalls = false
        return try LanguageModelSession(model: model, tools: [tool], configuration: configuration)
    }

    @Test("A tool that the model calls is run, its result told, and the answer is what follows")
    func calls() async throws {
        let session = try session()
        let response = try await session.respond(to: "What does it do?", options: reply.options)
        #expect(response.content == "The")
        #expect(response.rounds.count == 2)
        #expect(response.tokens == reply.tokens)
        #expect(session.transcript.map(\.role) == [.user, .assistant, .tool, .assistant])
        #expect(response.transcriptEntries.first?.toolCalls.map(\.name) == ["fox"])
        #expect(session.transcript[2].content?.text == "It sleeps.")
        #expect(session.transcript[2].toolCallID == session.transcript[1].toolCalls.first?.id)
    }

    @Test("Everything of a session can be looked at from its events, from within a tool, and when a call is asked for")
    func looking() async throws {
        let places = Mutex<Set<String>>([])
        let box = Mutex<LanguageModelSession?>(nil)
        /// Would wait for ever if anything were locked.
        @Sendable func look(_ place: String) {
            guard let session = box.withLock({ $0 }) else { return }
            let isResponding = session.isResponding
            // Whoever reads events may come late.
            #expect(isResponding || place.hasPrefix("event"))
            #expect(session.transcript.count >= 1)
            #expect(session.tokens.count >= session.statistics.promptTokens)
            places.withLock { _ = $0.insert(place) }
        }
        let fox = Fox {
            look("call")
            return "It sleeps."
        }
        let session = try session(
            fox,
            allowsCall: { call in
                look("allowsCall")
                return call.name == "fox"
            })
        box.withLock { $0 = session }
        defer { box.withLock { $0 = nil } }
        for try await event in session.streamResponse(to: "What does it do?", options: reply.options).events {
            switch event {
            case .prompt: look("event prompt")
            case .toolCall: look("event toolCall")
            case .toolOutput: look("event toolOutput")
            default: break
            }
        }
        #expect(places.withLock { $0 } == ["event prompt", "event toolCall", "event toolOutput", "call", "allowsCall"])
    }

    @Test("A call that is refused or fails is told to the model, which goes on")
    func refusals() async throws {
        struct Failure: Error, CustomStringConvertible { let description = "it is gone" }
        let failing = try session(Fox { throw Failure() })
        #expect(try await failing.respond(to: "What does it do?", options: reply.options).content == "The")
        #expect(failing.transcript[2].content?.text == "error: it is gone")
        let called = Fox {
            Issue.record("called though it was refused")
            return ""
        }
        let refusing = try session(called, allowsCall: { _ in false })
        #expect(try await refusing.respond(to: "What does it do?", options: reply.options).content == "The")
        #expect(refusing.transcript[2].content?.text?.hasPrefix("error: ") == true)
    }

    @Test("Calls beyond the limit of rounds are an error, and are not made; the transcript has none without a result")
    func limit() async throws {
        let called = Fox {
            Issue.record("called beyond the limit")
            return ""
        }
        let session = try session(called, rounds: 0)
        await #expect {
            try await session.respond(to: "What does it do?", options: reply.options)
        } throws: { error in
            if case GemmaError.tooManyToolRounds(limit: 0) = error { true } else { false }
        }
        #expect(session.transcript.map(\.role) == [.user])
    }
}
