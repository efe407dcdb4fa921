import Chat
import ChatCommand
import Foundation
import JSON
import Testing

@Suite(.serialized) struct MachineConversationTests {
    private func events(_ engine: ScriptedEngine, first: String? = nil, _ lines: String) async throws -> [JSONValue] {
        let screen = Screen()
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
        try pipe.fileHandleForWriting.close()
        let answers = AnswerRun(
            engine: engine, streams: screen.streams(), approval: ToolApproval(general: false), reader: .program)
        try await MachineConversation(answers: answers, settings: AnswerSettings())
            .run(first: first, lines: InputLines(descriptor: pipe.fileHandleForReading.fileDescriptor))
        return try screen.answers.split(separator: "\n").map { try JSONValue(json: String($0)) }
    }

    @Test func eachLineIsAMessage() async throws {
        let engine = ScriptedEngine(saying: "A", "B", "C")
        let events = try await events(
            engine,
            """
            {"role": "system", "content": "Be brief."}
            one é

            "two\\nlines"
            {"role": "user", "content": "three"}
            """)
        #expect(
            engine.transcript.map(\.content?.text) == ["Be brief.", "one é", "A", "two\nlines", "B", "three", "C"])
        #expect(
            events.map { $0["type"]?.stringValue } == [
                "content", "finished", "content", "finished", "content", "finished",
            ])
        #expect(events[0] == ["type": "content", "text": "A"])
        #expect(events[1]["finish_reason"] == "stop")
        #expect(events[1]["context_tokens"] == 100)
    }

    @Test func everyEventIsALine() async throws {
        let call = ToolCall(id: "call_1", name: "t", arguments: "{}")
        let engine = ScriptedEngine([
            .events([
                .prompt(done: 1, total: 2), .reasoning("r\n"), .toolCall(call), .toolOutput(call, "o"),
                .malformedCall(MalformedCall(raw: "x", reason: .syntax)), .content("c\u{1B}"), .finished(.usual),
            ])
        ])
        let events = try await events(engine, first: "go", "")
        #expect(
            events.dropLast() == [
                ["type": "prompt", "done": 1, "total": 2], ["type": "reasoning", "text": "r\n"],
                ["type": "tool_call", "id": "call_1", "name": "t", "arguments": "{}"],
                ["type": "tool_output", "id": "call_1", "name": "t", "text": "o"],
                ["type": "malformed_call", "text": "x", "reason": "syntax"], ["type": "content", "text": "c\u{1B}"],
            ])
    }

    @Test func errorsAreEvents() async throws {
        let engine = ScriptedEngine([
            .failure(ScriptedEngine.Failure(description: "no room")), .events([.content("A"), .finished(.usual)]),
        ])
        let events = try await events(engine, "{\"role\": 1}\none\ntwo")
        #expect(events.map { $0["type"]?.stringValue } == ["error", "error", "content", "finished"])
        #expect(events[0]["message"]?.stringValue?.contains("role: expected String: {\"role\"") == true, "\(events[0])")
        #expect(events[1]["message"] == "no room")
        #expect(engine.transcript.map(\.content?.text) == ["two", "A"])
    }
}

@Suite(.serialized) struct PlainAnswerTests {
    @Test func aPipeGetsTheAnswerAlone() async throws {
        let call = ToolCall(id: "call_1", name: "t", arguments: "{}")
        let engine = ScriptedEngine([
            .events([
                .prompt(done: 1, total: 600), .reasoning("r"), .toolCall(call), .toolOutput(call, "o"),
                .content("**a** "), .content("\u{1B}b"), .finished(.usual),
            ])
        ])
        let screen = Screen()
        let answers = AnswerRun(
            engine: engine, streams: screen.streams(), approval: ToolApproval(general: false), reader: .pipe)
        #expect(try await answers.run(to: "q", settings: AnswerSettings(), showsThoughts: true))
        #expect(screen.answers == "**a** \u{1B}b\n")
        #expect(screen.notes == "")
    }
}
