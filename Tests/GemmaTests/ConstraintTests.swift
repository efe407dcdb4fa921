import BundledModel
import Constraint
import Gemma
import JSON
import Testing

/// `GenerationOptions.constraint` in a session without chat.
@Suite("Constrained sessions")
struct ConstrainedSessionTests {
    private let model: GemmaModel

    init() throws { model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant) }

    private func options(_ constraint: TextConstraint?, drafts: Int = 3, isForcing: Bool = true) -> GenerationOptions {
        GenerationOptions(
            temperature: 0, constraint: constraint, maximumResponseTokens: 100,
            speculation: .init(draftLength: .fixed(drafts), draftsForcedText: isForcing))
    }

    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "hero": ["enum": ["a dragon", "a princess"]], "age": ["type": "integer", "minimum": 3, "maximum": 99],
            "friends": ["type": "array", "items": ["type": "string", "maxLength": 8], "maxItems": 2],
        ],
        "required": ["hero", "age", "friends"],
    ]

    private static let constraints: [TextConstraint] = [
        .choices([" there was a king", " there was a queen"]), .regularExpression(" [a-z]{2,8} (was|is) sad\\."),
        .grammar("root ::= \" \" word+ \"!\"\nword ::= [a-z]{1,6} \" and \""), .jsonSchema(schema),
    ]

    @Test(
        "Each kind of constraint gives the same text with drafts and forced text as without",
        arguments: constraints.indices)
    func sameText(_ index: Int) async throws {
        let constraint = Self.constraints[index]
        let plain = try await model.makeSession().respond(
            to: "Once upon a time", options: options(constraint, drafts: 0, isForcing: false))
        #expect(plain.finishReason == .endOfText)
        #expect(plain.statistics.speculation.forcedRounds == 0)
        for (drafts, isForcing) in [(0, true), (3, false), (3, true)] {
            let session = try model.makeSession()
            let found = try await session.respond(
                to: "Once upon a time", options: options(constraint, drafts: drafts, isForcing: isForcing))
            #expect(found.text == plain.text && found.finishReason == .endOfText)
        }
        switch constraint {
        case .choices(let choices): #expect(choices.contains(plain.text))
        case .regularExpression: #expect(plain.text.wholeMatch(of: /\ [a-z]{2,8} (was|is) sad\./) != nil)
        case .grammar: #expect(plain.text.wholeMatch(of: /\ ([a-z]{1,6} and )+!/) != nil)
        case .jsonSchema:
            let value = try JSONValue(json: plain.text)
            #expect(value["age"]?.numberValue?.intValue.map { (3...99).contains($0) } == true, "\(plain.text)")
        }
    }

    @Test("A constraint holds for one response; the next one is free")
    func oneResponse() async throws {
        let session = try model.makeSession()
        let first = try await session.respond(to: "Once", options: options(.choices([" a", " b"])))
        #expect([" a", " b"].contains(first.text))
        let free = try await session.respond(to: " Once upon a time", options: options(nil))
        #expect(free.tokens.count > 5)
    }

    @Test("Schemas that differ in the order of their members only, and equal texts of other bytes, are told apart")
    func sameButForTheOrder() async throws {
        for keys in [["a", "b"], ["b", "a"], ["a", "b"]] {
            let schema: JSONValue = [
                "type": "object", "additionalProperties": false, "required": ["a", "b"],
                "properties": .object(JSONObject(keys.map { ($0, ["type": "boolean"]) })),
            ]
            let text = try await model.makeSession().respond(to: "Once", options: options(.jsonSchema(schema))).text
            #expect(try JSONValue(json: text).objectValue?.keys == keys)
        }
        for word in ["caf\u{E9}", "cafe\u{301}"] {
            let text = try await model.makeSession().respond(to: "Once", options: options(.choices([word]))).text
            #expect(text.utf8.elementsEqual(word.utf8))
        }
    }

    @Test("A constraint that cannot be used is an error before anything is read, and changes nothing")
    func badConstraints() async throws {
        let session = try model.makeSession()
        let free = try await model.makeSession().respond(to: "Once upon a time", options: options(nil))
        var stream = session.streamResponse(to: "Once upon a time", options: options(nil)).makeAsyncIterator()
        var text = try await stream.next() ?? ""
        for (constraint, expected) in [
            (TextConstraint.choices([]), ConstraintError.noChoices),
            (.grammar("root ::= \"a\" root"), .unsatisfiable),
        ] {
            await #expect(throws: expected) { try await session.respond(to: "a", options: options(constraint)) }
        }
        await #expect(throws: ConstraintError.self) {
            try await session.respond(to: "a", options: options(.grammar("root ::= (")))
        }
        while let piece = try await stream.next() { text += piece }
        #expect(text == free.text)
    }

    @Test("A text whose end is ignored ends where its constraint leaves nothing else")
    func ignoringTheEnd() async throws {
        var options = options(.regularExpression(" [a-z]{3,30}"))
        options.ignoresEndOfText = true
        let response = try await model.makeSession().respond(to: "Once upon a time", options: options)
        #expect(response.finishReason == .endOfText && response.text.count == 31)
    }

    @Test("Stop strings end a constrained text before it is complete")
    func stopStrings() async throws {
        var options = options(.choices([" there was a king"]))
        options.stop = ["was"]
        let response = try await model.makeSession().respond(to: "Once", options: options)
        #expect(response.text == " there " && response.finishReason == .stopString)
    }

    @Test("An automaton takes the place of the options' constraint")
    func automaton() async throws {
        let session = try model.makeSession()
        let automaton = try ConstraintAutomaton(
            Grammar(.literal(" upon a time")), vocabulary: ConstraintVocabulary(model.tokenizer))
        let number = try session.begin(.append("Once"), options(.choices([" a"])), automaton)
        var text = ""
        while let step = try await session.step(number) { text += step.text }
        #expect(text == " upon a time")
    }
}
