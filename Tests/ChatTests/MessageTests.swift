import Chat
import Foundation
import Testing

@Suite struct MessageTests {
    private func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func decoded(_ json: String) throws -> Transcript {
        try JSONDecoder().decode(Transcript.self, from: Data(json.utf8))
    }

    @Test func aTranscriptIsAnArrayOfOpenAIsMessages() throws {
        let call = ToolCall(id: "c1", name: "now", arguments: #"{"b":1.0,"a":2}"#)
        let transcript: Transcript = [
            .system("S"), .user("Hi"),
            Message(role: .assistant, content: nil, reasoning: "hm", toolCalls: [call]),
            .tool("noon", callID: "c1"), .assistant("It is noon."),
        ]
        #expect(
            try encoded(transcript) == """
                [{"content":"S","role":"system"},{"content":"Hi","role":"user"},\
                {"content":null,"reasoning_content":"hm","role":"assistant","tool_calls":[{"function":\
                {"arguments":"{\\"b\\":1.0,\\"a\\":2}","name":"now"},"id":"c1","type":"function"}]},\
                {"content":"noon","role":"tool","tool_call_id":"c1"},{"content":"It is noon.","role":"assistant"}]
                """)
        #expect(try decoded(encoded(transcript)) == transcript)
    }

    @Test func partsAreKept() throws {
        let transcript: Transcript = [
            .user(
                .parts([
                    .text("Look:"), .image(url: "data:,", detail: "low"), .audio(data: "AA==", format: "wav"),
                    .video(url: "v.mp4"),
                ])),
            .user(.parts([])),
        ]
        #expect(try decoded(encoded(transcript)) == transcript)
        #expect(transcript[0].content?.text == nil)
        #expect(MessageContent.parts([.text("a "), .text("b")]).text == "a b")
    }

    @Test func unknownMembersAreIgnoredAndBothNamesOfReasoningAreRead() throws {
        let messages = try decoded(
            """
            [{"role":"assistant","content":"a","reasoning":"b","refusal":null,"tool_calls":null},
             {"role":"assistant","reasoning_content":"c","reasoning":"d"}]
            """)
        #expect(messages.map(\.reasoning) == ["b", "c"])
        #expect(messages[1].content == nil)
    }

    @Test(arguments: [
        #"[{"role":"robot","content":"a"}]"#, #"[{"content":"a"}]"#, #"[{"role":"user","content":17}]"#,
        #"[{"role":"user","content":[{"type":"smell","text":"a"}]}]"#,
        #"[{"role":"user","content":[{"type":"text"}]}]"#,
    ])
    func whatIsNoMessageIsAnError(_ json: String) {
        #expect(throws: DecodingError.self) { try decoded(json) }
    }

    @Test func aReplyBecomesTheAssistantsMessage() {
        var reply = Reply()
        #expect(Message(reply) == .assistant(""))
        reply.toolCalls = [ToolCall(id: "c1", name: "now", arguments: "{}")]
        reply.reasoning = "hm"
        #expect(Message(reply).content == nil && Message(reply).reasoning == "hm")
        #expect(Message(reply).toolCalls == reply.toolCalls)
        reply.content = "Let me look."
        #expect(Message(reply).content == "Let me look.")
    }
}
