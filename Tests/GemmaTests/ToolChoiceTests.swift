import Gemma
import JSON
import ScriptedModel
import Testing

/// Whether and how the model calls, with models that follow a script and would rather do something else.
@Suite("Choice of tools")
struct ToolChoiceTests {
    /// A clock whose arguments leave little choice.
    private static let clock: any Tool = ZoneClock(name: "get_time")
    private static let sun: any Tool = ZoneClock(name: "get_sun")

    private struct ZoneClock: Tool {
        let name: String
        let description = "Tells the time"
        let parameters = GenerationSchema(json: [
            "type": "object", "properties": ["zone": ["enum": ["UTC", "CET"]]], "required": ["zone"],
        ])

        struct Arguments: Decodable, ConvertibleFromGeneratedContent { let zone: String }

        func call(arguments: Arguments) async throws -> String { "Noon in \(arguments.zone)" }
    }

    private static let validArguments = [#"{"zone":"UTC"}"#, #"{"zone":"CET"}"#]

    /// The calls of the first message, and the whole response.
    private func respond(
        _ reply: String, tools: [any Tool] = [clock, sun], options: GenerationOptions = .init(),
        configuration: LanguageModelSession.Configuration = .init()
    ) async throws -> (calls: [ToolCall], response: LanguageModelSession.Response<String>) {
        let session = try Scripted.session(reply, tools: tools, configuration: configuration)
        var options = options
        options.maximumResponseTokens = 256
        let response = try await session.respond(to: "What time is it?", options: options)
        #expect(response.malformedCalls.isEmpty)
        return (session.transcript[1].toolCalls, response)
    }

    @Test(
        "A call that the model wants to write against the schema obeys it all the same",
        arguments: [
            #"zone:<|"|>PST<|"|>"#, "zone:5", "", #"time:<|"|>now<|"|>"#, #"zone:<|"|>UTC<|"|>,more:true"#,
            "zone:{a:1}",
        ])
    func steered(arguments: String) async throws {
        let (calls, response) = try await respond(Script.call("get_time", arguments))
        #expect(calls.map(\.name) == ["get_time"])
        #expect(calls.allSatisfy { Self.validArguments.contains($0.arguments) }, "\(calls)")
        #expect(response.content == "It is late.")
    }

    @Test("A name that no tool has becomes that of one")
    func names() async throws {
        let (calls, _) = try await respond(Script.call("get_moon", #"zone:<|"|>UTC<|"|>"#), tools: [Self.clock])
        #expect(calls.map(\.name) == ["get_time"])
    }

    @Test("Calls that are not bound are as the model writes them")
    func unbound() async throws {
        let (calls, _) = try await respond(
            Script.call("get_time", "zone:5"), configuration: .init(constrainsCalls: false))
        #expect(calls.map(\.arguments) == [#"{"zone":5}"#])
    }

    @Test("A model that would answer calls where it has to, and answers then", arguments: [nil, true, false])
    func required(thinking: Bool?) async throws {
        for choice in [ToolChoice.required, .function("get_sun")] {
            let (calls, response) = try await respond("Well.", options: .init(thinking: thinking, toolChoice: choice))
            #expect(calls.count >= 1)
            #expect(calls.allSatisfy { Self.validArguments.contains($0.arguments) })
            if choice != .required { #expect(Set(calls.map(\.name)) == ["get_sun"]) }
            #expect(response.rounds.count == 2)
            #expect(response.transcriptEntries.first?.reasoning == (thinking == true ? "I look." : nil))
        }
    }

    @Test("Two calls are one where the model may make one at a time")
    func single() async throws {
        let two = Script.call("get_time", #"zone:<|"|>UTC<|"|>"#) + Script.call("get_sun", #"zone:<|"|>CET<|"|>"#)
        for choice in [ToolChoice.auto, .required] {
            let both = try await respond(two, options: .init(toolChoice: choice))
            #expect(both.calls.map(\.name) == ["get_time", "get_sun"])
            let one = try await respond(two, options: .init(toolChoice: choice, parallelToolCalls: false))
            #expect(one.calls.map(\.name) == ["get_time"])
        }
    }

    @Test("A model that may not call is told of no tool, and its call is text")
    func none() async throws {
        let session = try Scripted.session(Scripted.call, tools: [Clock()])
        let options = GenerationOptions(toolChoice: .none)
        #expect(try await session.respond(to: "What time is it?", options: options).content == Scripted.call)
        let bare = try Scripted.session(Scripted.call, tools: [])
        _ = try await bare.respond(to: "What time is it?")
        #expect(session.tokens == bare.tokens)
    }

    @Test("A tool that is not there cannot be chosen")
    func unknown() async throws {
        for (tools, choice, message) in [
            ([Self.clock], ToolChoice.function("get_moon"), "get_moon"), ([], .required, "required"),
            ([], .function("get_time"), "get_time"),
        ] as [([any Tool], ToolChoice, String)] {
            let session = try Scripted.session(Scripted.call, tools: tools)
            let error = await #expect(throws: GemmaError.self) {
                try await session.respond(to: "What time is it?", options: .init(toolChoice: choice))
            }
            #expect(error?.description.contains("the choice of a tool is \(message)") == true)
            #expect(session.transcript.isEmpty && !session.isResponding)
        }
    }

    @Test("A tool whose schema cannot be obeyed is refused at once, by its name, unless calls are not bound")
    func impossible() async throws {
        struct Sorter: Tool {
            let name = "sort"
            let description = "Sorts"
            let parameters = GenerationSchema(json: [
                "type": "object", "properties": ["list": ["type": "array", "uniqueItems": true]],
            ])
            func call(arguments: GeneratedContent) async throws -> String { "sorted" }
        }
        let error = #expect(throws: ConstraintError.self) {
            try Scripted.session(Scripted.call, tools: [Clock(), Sorter()])
        }
        #expect(error?.description.contains("sort") == true && error?.description.contains("uniqueItems") == true)
        let (calls, _) = try await respond(
            Script.call("sort", "list:[1,1]"), tools: [Sorter()], configuration: .init(constrainsCalls: false))
        #expect(calls.map(\.arguments) == [#"{"list":[1,1]}"#])
    }
}
