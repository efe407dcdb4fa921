import Chat
import JSON
import Testing

@Suite struct PromptTests {
    /// What tells templates apart.
    private let foldingTemplate = "{{ '<|tool_call>call:' + name }}"
    private let scanningTemplate = "{{ '<|tool_call>call:' + name }}{#- OpenAI Chat Completions: scan -#}"

    private let call = ToolCall(id: "c1", name: "now", arguments: #"{"b": 1.0, "a": [null]}"#)
    private let secondCall = ToolCall(id: "c2", name: "weather", arguments: "{}")

    private func messages(_ messages: [Message], for source: String = "") throws -> [String] {
        let variables = try ChatPrompt(messages: messages).templateVariables(for: source)
        return try #require(variables["messages"]?.arrayValue).map(\.json)
    }

    private func assistant(_ content: MessageContent?, _ calls: ToolCall...) -> Message {
        Message(role: .assistant, content: content, toolCalls: calls)
    }

    @Test func aTemplateSeesMessagesToolsAndVariables() throws {
        var prompt = ChatPrompt(messages: [.user("Hi")])
        #expect(
            JSONValue.object(try prompt.templateVariables(for: "")).json
                == #"{"tools":null,"documents":null,"add_generation_prompt":true,"#
                + #""messages":[{"role":"user","content":"Hi"}]}"#)
        prompt.tools = [ToolDescription(name: "f", parameters: ["type": "object"], others: ["response": [:]])]
        prompt.variables = ["enable_thinking": true]
        prompt.addsGenerationPrompt = false
        let variables = try prompt.templateVariables(for: "")
        #expect(
            variables["tools"]?.json
                == #"[{"type":"function","function":{"name":"f","description":"","#
                + #""parameters":{"type":"object"},"response":{}}}]"#)
        #expect(variables["enable_thinking"] == true && variables["add_generation_prompt"] == false)
    }

    @Test func partsOfSystemAndToolMessagesAreJoinedAndThoseOfOthersKept() throws {
        let parts = MessageContent.parts([.text("a "), .text("b")])
        let kept = #"[{"type":"text","text":"a "},{"type":"text","text":"b"}]"#
        #expect(
            try messages([
                .system(parts), Message(role: .developer, content: parts), .user(parts), .assistant(parts),
                .tool(parts, callID: "c"),
            ]) == [
                #"{"role":"system","content":"a b"}"#, #"{"role":"system","content":"a b"}"#,
                #"{"role":"user","content":\#(kept)}"#, #"{"role":"assistant","content":\#(kept)}"#,
                #"{"role":"tool","content":"a b","tool_call_id":"c"}"#,
            ])
    }

    @Test func argumentsBecomeAnObjectWithTheirOrderAndDigits() throws {
        var message = assistant(nil, call)
        message.reasoning = "hm"
        #expect(
            try messages([message]) == [
                #"{"role":"assistant","content":null,"reasoning_content":"hm","tool_calls":[{"id":"c1","#
                    + #""type":"function","function":{"name":"now","arguments":{"b":1.0,"a":[null]}}}]}"#
            ])
    }

    @Test(arguments: ["", "{", "{'a':1}", "NaN"])
    func argumentsThatAreNotJSONAreAnErrorThatNamesTheCall(_ arguments: String) {
        let bad = assistant(nil, ToolCall(id: "c", name: "now", arguments: arguments))
        let error = #expect(throws: PromptError.self) { try messages([.user("a"), bad]) }
        guard case .argumentsNotJSON(call: "now", message: 1, reason: _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func argumentsThatAreNoObjectAreAnError() {
        let bad = assistant(nil, ToolCall(id: "c", name: "now", arguments: "[1]"))
        #expect(throws: PromptError.argumentsNotObject(call: "now", message: 0)) { try messages([bad]) }
    }

    @Test func mediaAreRefusedByName() {
        let parts = MessageContent.parts([.text("a"), .image(url: "data:,")])
        #expect(throws: PromptError.unsupportedPart(type: "image_url", message: 0)) { try messages([.user(parts)]) }
    }

    // MARK: - Results

    @Test func resultsAndTheAnswerMoveIntoTheCallsMessage() throws {
        let conversation: [Message] = [
            .user("W?"), assistant("Let me look.", call, secondCall), .tool(#"{"t": 4.0}"#, callID: "c2"),
            .tool("noon", callID: "c1"), .assistant(.parts([.text(" No"), .text("on.")])), .user("Thanks"),
        ]
        let folded = try messages(conversation, for: foldingTemplate)
        #expect(folded.count == 3)
        let message = try JSONValue(json: folded[1])
        #expect(message["content"] == "Let me look. Noon.")
        #expect(
            message["tool_responses"]?.json
                == #"[{"name":"weather","response":{"t":4.0}},{"name":"now","response":"noon"}]"#)
        #expect(try messages(conversation, for: scanningTemplate).count == 6)
        #expect(try messages(conversation, for: foldingTemplate + "{{ message.tool_call_id }}").count == 6)
        #expect(try messages(conversation, for: "{{ '<|im_start|>' }}").count == 6)
    }

    @Test func everyRoundIsFoldedByItself() throws {
        let folded = try messages(
            [assistant("", call), .tool("1", callID: "c1"), assistant("", secondCall), .tool("2", callID: "c2")],
            for: foldingTemplate)
        #expect(folded.count == 2)
        #expect(
            try folded.map { try JSONValue(json: $0)["tool_responses"]?.json } == [
                #"[{"name":"now","response":"1"}]"#, #"[{"name":"weather","response":"2"}]"#,
            ])
    }

    @Test func aResultIsNamedByIdThenPlaceThenItself() throws {
        func names(_ results: Message...) throws -> [JSONValue?] {
            let folded = try messages([assistant(nil, call, secondCall)] + results, for: foldingTemplate)
            return try JSONValue(json: folded[0])["tool_responses"]?.arrayValue?.map { $0["name"] } ?? []
        }
        let unknown = Message(role: .tool, content: "1", toolCallID: "other", name: "third")
        #expect(try names(unknown, unknown, unknown) == ["now", "weather", "third"])
        #expect(try names(unknown, unknown, Message(role: .tool, content: nil)) == ["now", "weather", nil])
        #expect(try names(.tool("1", callID: "c2")) == ["weather"])
    }

    @Test func whatIsNoResultStays() throws {
        let conversation: [Message] = [
            .tool("1", callID: "c1"), assistant("", call), .assistant("b"), .user("c"), .tool("2", callID: "c1"),
        ]
        #expect(try messages(conversation, for: foldingTemplate).count == 5)
    }

    // MARK: - The model's turn

    @Test func aForgottenTurnIsBegun() {
        let end = "<tool_response|>Let me look.<turn|>\n"
        let thought = "<|channel>thought\n<channel|>"
        #expect(GenerationPrompt.missing(in: end, ordinary: [])?.text == "<|turn>model\n")
        #expect(GenerationPrompt.missing(in: end, ordinary: [])?.offset == end.utf8.count)
        #expect(GenerationPrompt.missing(in: end + thought, ordinary: [])?.offset == end.utf8.count)
        let begun = "a<turn|>\n<|turn>model\n"
        for text in ["", "x<tool_response|>", begun, begun + thought, "a<turn|>"] {
            #expect(GenerationPrompt.missing(in: text, ordinary: []) == nil)
        }
    }

    @Test func aMessageThatReadsLikeTheEndOfATurnIsNone() {
        let end = "a<turn|>\n"
        for thought in ["", "<|channel>thought\n<channel|>"] {
            #expect(GenerationPrompt.missing(in: end + thought, ordinary: [0..<1]) != nil)
            for place in 1..<(end + thought).utf8.count {
                #expect(GenerationPrompt.missing(in: end + thought, ordinary: [0..<1, place..<place + 1]) == nil)
            }
        }
    }
}
