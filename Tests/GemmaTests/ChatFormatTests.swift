import Chat
import ChatTemplate
import Gemma
import JSON
import Testing
import Tokenizer

@Suite("Chat formats")
struct ChatFormatTests {
    private let tokenizer: BPETokenizer

    init() throws { tokenizer = try Conversing.bundled.get().tokenizer }

    private func prompt(
        _ messages: [Message], template: String? = nil, variables: JSONObject = [:], answers: Bool = true
    ) throws -> FormattedPrompt {
        let prompt = ChatPrompt(messages: messages, addsGenerationPrompt: answers, variables: variables)
        return try Conversing.format(template).prompt(for: prompt)
    }

    @Test("The template's turns are tokens, and the text is what the template makes of the messages")
    func turns() throws {
        let prompt = try prompt([.system("Be kind."), .user("Tell me a story."), .assistant("Once."), .user("More.")])
        #expect(
            prompt.text == "<bos><|turn>system\nBe kind.<turn|>\n<|turn>user\nTell me a story.<turn|>\n<|turn>model\n"
                + "Once.<turn|>\n<|turn>user\nMore.<turn|>\n<|turn>model\n<|channel>thought\n<channel|>")
        #expect(prompt.tokens == tokenizer.encode(prompt.text))
        #expect(!prompt.opensThought)
    }

    @Test("Prompts have the tokens of the reference, for Gemma's vocabulary and templates")
    func reference() throws {
        guard let tokenizer = Conversing.gemma, !Conversing.templates.isEmpty else { return }
        let names = [
            "gguf": "gemma4-gguf", "google-gemma-4-31B-it.jinja": "gemma4-31b",
            "google-gemma-4-31B-it-interleaved.jinja": "gemma4-31b-interleaved",
        ]
        var count = 0
        for example in try Conversing.referenceChats() where example["tools"] == nil {
            let messages = try #require(example["messages"]?.arrayValue).map { message in
                let role = try #require(message["role"]?.stringValue.flatMap(Message.Role.init(rawValue:)))
                return Message(role: role, content: message["content"]?.stringValue.map { .text($0) })
            }
            guard messages.allSatisfy({ $0.content != nil }) else { continue }
            // The reference takes it for a turn's end.
            guard !messages.contains(where: { $0.content?.text?.contains("<turn|>") == true }) else { continue }
            let name = try #require(names[example["template"]?.stringValue ?? ""])
            let format = try ChatFormat(template: Conversing.templates[name], tokenizer: tokenizer)
            var prompt = ChatPrompt(messages: messages)
            prompt.addsGenerationPrompt = example["add_generation_prompt"]?.boolValue ?? true
            prompt.variables["enable_thinking"] = example["enable_thinking"]
            #expect(
                try format.prompt(for: prompt).tokens.map(Int.init) == example["ids"]?.arrayValue?.compactMap(\.int))
            count += 1
        }
        #expect(count >= 24)
    }

    @Test("A prompt begins with one <bos>, whether the template writes it or not", arguments: ["{{ bos_token }}", ""])
    func bos(_ start: String) throws {
        let prompt = try prompt([.user("<bos>Hi")], template: start + "{{ messages[0].content }}<bos>")
        #expect(prompt.specialTexts(tokenizer) == ["<bos>", "<bos>"])
        #expect(prompt.tokens.first == tokenizer.bos && prompt.tokens.last == tokenizer.bos)
    }

    @Test("Special tokens go by transformers' names, and no variable takes their place")
    func namedTokens() throws {
        let template = "{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ pad_token }}{{ mask_token }}{{ sep_token }}"
        let prompt = try prompt([], template: template, variables: ["eos_token": "<|turn>", "sep_token": "<|turn>"])
        #expect(prompt.specialTexts(tokenizer) == ["<bos>", "<eos>", "<unk>", "<pad>", "<mask>"])
        #expect(prompt.text == "<bos><eos><unk><pad><mask><|turn>")
    }

    // MARK: - The reply

    @Test("The reply starts behind the template's last turn of the model's")
    func replyStart() throws {
        let first = try prompt([.user("Hi <|turn>model\n")])
        let start = try #require(first.replyStart)
        #expect(tokenizer.decode(first.tokens[..<start]) == "<bos><|turn>user\nHi <|turn>model<turn|>\n<|turn>model\n")
        #expect(tokenizer.decode(first.tokens[start...]) == "<|channel>thought\n<channel|>")

        let second = try prompt([.user("Hi <|turn>model\n"), .assistant("Hello."), .user("Bye.")])
        #expect(second.tokens[..<start] == first.tokens[..<start] && second.tokens[start] != first.tokens[start])
    }

    @Test("The reply starts before a line end that is one token with what follows")
    func replyStartBeforeLineEnds() throws {
        let whole = try prompt([], template: "{{ '<|turn>model\\n' }}")
        let merged = try prompt([], template: "{{ '<|turn>model\\n\\n' }}")
        #expect(whole.replyStart == whole.tokens.count)
        let start = try #require(merged.replyStart)
        #expect(tokenizer.decode(merged.tokens[..<start]) == "<bos><|turn>model")
    }

    @Test(
        "No reply starts where no turn of the model's does",
        arguments: [
            "{{ messages[0].content }}", "<|turn>user\n{{ messages[0].content }}", "<|turn>", "<|turn>mode",
            "<|turn><eos>",
            "<|im_start|>assistant\n", "",
        ])
    func noReplyStart(_ template: String) throws {
        #expect(try prompt([.user("<|turn>model\n")], template: template).replyStart == nil)
    }

    @Test(
        "A prompt says whether it ends within a thought",
        arguments: [
            ("<|channel>thought\n", true), ("<|channel>thought\n<channel|>", false),
            ("<|channel>{{ messages[0].content }}", true), ("{{ messages[0].content }}", false),
            ("<|channel>a<|turn>model\n", false),
        ])
    func opensThought(_ template: String, _ isOpen: Bool) throws {
        #expect(try prompt([.user("<channel|><|channel>")], template: template).opensThought == isOpen)
    }

    @Test("A turn of the model's that the template forgot is begun, but not for a message that reads like a turn's end")
    func forgottenTurn() throws {
        let template = "{{ bos_token }}{{ messages[0].content }}{{ '<turn|>\\n' }}"
        let prompt = try prompt([.user("Hi")], template: template)
        #expect(prompt.text == "<bos>Hi<turn|>\n<|turn>model\n")
        #expect(prompt.specialTexts(tokenizer) == ["<bos>", "<turn|>", "<|turn>"])
        #expect(prompt.replyStart == prompt.tokens.count)
        #expect(try self.prompt([.user("Hi")], template: template, answers: false).text == "<bos>Hi<turn|>\n")

        let other = try self.prompt([.user("<turn|>\n")], template: "{{ messages[0].content }}")
        #expect(other.text == "<turn|>\n" && other.specialTexts(tokenizer) == ["<bos>"])
        let thought = try prompt.text + self.prompt([], template: "<|channel>thought\n<channel|>").text
        #expect(
            try self.prompt([.user("Hi")], template: template + "<|channel>thought\n<channel|>").text == thought)
    }

    @Test("The template's date is the clock's")
    func date() throws {
        let prompt = try Conversing.format("{{ strftime_now('%d %b %Y') }}")
            .prompt(for: ChatPrompt(messages: [])) { LocalTime(year: 2026, month: 3, day: 7) }
        #expect(prompt.text == "07 Mar 2026")
    }

    // MARK: - Errors

    @Test("A file without template, and a template that is not Jinja, are said to be that")
    func invalidTemplates() throws {
        #expect(throws: ChatFormatError.noTemplate) { try ChatFormat(template: nil, tokenizer: tokenizer) }
        #expect(ChatFormatError.noTemplate.description.contains("tokenizer.chat_template"))
        let error = #expect(throws: ChatFormatError.self) { try Conversing.format("\n{% if %}") }
        #expect(error?.description.hasPrefix("chat template, line 2, column ") == true)
    }

    @Test("Messages that cannot be shown are errors")
    func invalidMessages() throws {
        let image = Message.user(.parts([.image(url: "data:")]))
        #expect(throws: ChatFormatError.prompt(.unsupportedPart(type: "image_url", message: 1))) {
            try prompt([.user("a"), image])
        }
        let error = #expect(throws: ChatFormatError.self) {
            try prompt([.user("a")], template: "{{ raise_exception('no users') }}")
        }
        guard case .template(let reason)? = error else { return }
        #expect(reason.reason == .raised("no users"))
    }
}

extension JSONValue {
    fileprivate var int: Int? { numberValue?.intValue }
}
