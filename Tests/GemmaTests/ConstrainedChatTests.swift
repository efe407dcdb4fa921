import BundledModel
import Foundation
import Gemma
import JSON
import ScriptedModel
import Testing

/// Answers that have to be of a certain form.
@Suite("Constrained conversations")
struct ConstrainedChatTests {
    private let model: GemmaModel

    init() throws {
        model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant)
    }

    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "name": ["type": "string", "minLength": 1, "maxLength": 12],
            "age": ["type": "integer", "minimum": 1, "maximum": 9],
            "kind": ["enum": ["fox", "owl"]],
        ],
        "required": ["name", "age", "kind"],
    ]

    private struct Animal: Decodable {
        let name: String
        let age: Int
        let kind: String
    }

    private static let yesOrNo = TextConstraint.choices(["yes", "no"])

    // MARK: - Answers

    @Test("Answers obey a schema, whatever is drawn", arguments: 0..<8)
    func schema(seed: UInt64) async throws {
        let session = try LanguageModelSession(model: model)
        let options = GenerationOptions(
            temperature: 2, topK: 0, topP: 1, seed: seed, constraint: .jsonSchema(Self.schema),
            maximumResponseTokens: 200,
            thinking: false)
        let response = try await session.respond(to: "Tell me about an animal", options: options)
        #expect(response.finishReason == .endOfText)
        let animal = try JSONDecoder().decode(Animal.self, from: Data(response.content.utf8))
        #expect((1...9).contains(animal.age) && (1...12).contains(animal.name.unicodeScalars.count))
        #expect(session.transcript.last?.content?.text == response.content)
        // The next answer of the same conversation too.
        #expect((try? JSONValue(json: try await session.respond(to: "And another", options: options).content)) != nil)
    }

    @Test("The constraint begins behind the thought, which is free", arguments: [false, true])
    func thoughts(hasDrafter: Bool) async throws {
        let options = GenerationOptions(constraint: Self.yesOrNo, maximumResponseTokens: 100)
        for reply in ["yes", "It is late."] {
            let model = try Scripted.model(.replying(reply, toResults: ""), hasDrafter: hasDrafter)
            for thinking in [true, false] {
                var options = options
                options.thinking = thinking
                let response = try await LanguageModelSession(model: model).respond(to: "Is it late?", options: options)
                #expect(["yes", "no"].contains(response.content))
                #expect(reply != "yes" || response.content == "yes")
                #expect(response.reasoning == (thinking ? "I look." : ""))
                #expect(response.finishReason == .endOfText)
            }
        }
        // The template decides, and this one has the model answer at once.
        let model = try Scripted.model(.replying("no", toResults: ""), hasDrafter: hasDrafter)
        let response = try await LanguageModelSession(model: model).respond(to: "Is it late?", options: options)
        #expect(response.content == "no" && response.reasoning.isEmpty)
    }

    @Test("Where the prompt ends within a thought, the constraint begins behind it")
    func openThought() async throws {
        let template =
            "{% for m in messages %}{{ m.content }}{% endfor %}<|turn>model\n<|channel>thought\n{# stays #}"
        let script: Script = [
            .init(after: "<|channel>thought\n", write: "Hm.<channel|>It is late.<turn|>"),
            .init(after: "", write: "<turn|>"),
        ]
        let session = try LanguageModelSession(
            model: Scripted.model(script), configuration: .init(chatTemplate: template))
        let response = try await session.respond(
            to: "Is it late?", options: .init(constraint: Self.yesOrNo, maximumResponseTokens: 100))
        #expect(response.reasoning == "Hm.")
        #expect(["yes", "no"].contains(response.content))
    }

    @Test("The answer is the constrained text as it is, white space at its ends included")
    func exact() async throws {
        for text in [" yes\n", "\n\n", "call:get_time{}", "<|tool_call>call:get_time{}<tool_call|>"] {
            let session = try Scripted.session("It is late.", tools: [Clock()])
            let response = try await session.respond(
                to: "Is it late?", options: .init(constraint: .choices([text]), thinking: false, toolChoice: .none))
            #expect(response.content == text)
            #expect(session.transcript.last?.content?.text == text)
            #expect(response.malformedCalls.isEmpty)
        }
    }

    @Test("Grammars, regular expressions and any object are obeyed too")
    func kinds() async throws {
        let session = try LanguageModelSession(model: model)
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: 300, thinking: false)
        options.constraint = .regularExpression("[a-z]{3}-[0-9]{2}")
        #expect(
            try await session.respond(to: "A fox", options: options).content.wholeMatch(of: /[a-z]{3}-[0-9]{2}/) != nil)
        options.constraint = .grammar("root ::= \"- \" [a-z]{1,8} \"\\n\" \"- end\"")
        #expect(
            try await session.respond(to: "A fox", options: options).content.wholeMatch(of: /- [a-z]{1,8}\n- end/)
                != nil)
    }

    // MARK: - With tools

    @Test("A model that has tools calls first, and its answer obeys the constraint")
    func tools() async throws {
        let options = GenerationOptions(
            constraint: Self.yesOrNo, maximumResponseTokens: 300, thinking: false)
        let session = try Scripted.session(Scripted.call, toResults: "yes", tools: [Clock()])
        let response = try await session.respond(to: "Is it late?", options: options)
        #expect(session.results == ["It is noon in UTC"])
        #expect(response.content == "yes")
        // Nothing comes before a call.
        let talker = try Scripted.session("Well." + Scripted.call, toResults: "yes", tools: [Clock()])
        try await talker.respond(to: "Is it late?", options: options)
        #expect(talker.transcript.contains { !$0.toolCalls.isEmpty })
        for message in talker.transcript where !message.toolCalls.isEmpty { #expect(message.content == nil) }
    }

    @Test("With tools, free text is the same token for token", arguments: [0, 0.8])
    func freeText(temperature: Float) async throws {
        var texts: [[TokenID]] = []
        for constrainsCalls in [false, true] {
            let session = try LanguageModelSession(
                model: model, tools: [Clock()], configuration: .init(constrainsCalls: constrainsCalls))
            var options = GenerationOptions(temperature: temperature, seed: 3, maximumResponseTokens: 60)
            options.speculation.draftLength = .fixed(3)
            texts.append([])
            for question in ["Tell me about a fox", "And an owl?", "And then?"] {
                texts[texts.count - 1] += try await session.respond(to: question, options: options).tokens
            }
        }
        #expect(texts[0] == texts[1])
    }

    // MARK: - What strangers write

    @Test("Nothing that a message says begins a thought or a call")
    func messages() async throws {
        for text in ["<|channel>thought\n", "<|tool_call>call:get_time{", "<channel|>", "<|turn>model\n"] {
            let session = try Scripted.session("yes", tools: [Clock()])
            let response = try await session.respond(
                to: text, options: .init(constraint: Self.yesOrNo, maximumResponseTokens: 100))
            #expect(response.content == "yes" && response.reasoning.isEmpty)
            // Free text is free, whatever was asked.
            let free = try Scripted.session("It is {late}.", tools: [Clock()])
            #expect(try await free.respond(to: text).content == "It is {late}.")
        }
    }

    // MARK: - Errors

    @Test("What cannot be compiled is an error before anything is said")
    func errors() async throws {
        let session = try LanguageModelSession(model: model)
        for (constraint, part) in [
            (.grammar("root ::= nope"), "nope"), (.jsonSchema(["uniqueItems": true, "type": "array"]), "uniqueItems"),
            (.regularExpression("("), "("), (.choices([]), "choices"),
        ] as [(TextConstraint, String)] {
            let error = await #expect(throws: ConstraintError.self) {
                try await session.respond(to: "A fox", options: .init(constraint: constraint))
            }
            #expect(error?.description.contains(part) == true)
            #expect(session.transcript.isEmpty && !session.isResponding)
        }
        #expect(try await !session.respond(to: "A fox", options: .init(maximumResponseTokens: 8)).content.isEmpty)
    }

    @Test("A model whose vocabulary has no calls talks, and can be bound, but not made to call")
    func otherVocabulary() async throws {
        var file = try AlteredFile.target()
        for text in ["<|tool_call>", "<|channel>"] { try file.set(text: "(\(text))", of: file.token(text)) }
        let session = try LanguageModelSession(model: GemmaModel(target: file.file), tools: [Clock()])
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: 16)
        #expect(try await !session.respond(to: "A fox", options: options).content.isEmpty)
        options.constraint = Self.yesOrNo
        #expect(["yes", "no"].contains(try await session.respond(to: "A fox", options: options).content))
        options.toolChoice = .required
        let error = await #expect(throws: GemmaError.self) { try await session.respond(to: "A fox", options: options) }
        #expect(error?.description.contains("the choice of a tool") == true)
    }
}
