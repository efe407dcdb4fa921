import Gemma
import ScriptedModel
import Testing

/// Calls that cannot be made, fail, or never end. Most are of models whose calls are not bound to schemas.
@Suite("Tool failures")
struct ToolFailureTests {
    private struct Broken: Error, CustomStringConvertible { let description = "the clock is broken" }

    /// The result of the one call of a response, as the transcript has it and as the event tells it.
    private func result(
        of call: String, _ clock: Clock = Clock(),
        configuration: LanguageModelSession.Configuration = .init(constrainsCalls: false)
    ) async throws -> String {
        let session = try Scripted.session(call, tools: [clock], configuration: configuration)
        let events = try await session.events(to: "What time is it?")
        #expect(events.last == "finished It is late.")
        let result = try #require(session.results.first)
        #expect(session.results.count == 1)
        #expect(events.contains { $0.hasPrefix("result ") && $0.hasSuffix(": " + result) })
        return result
    }

    @Test("A tool that is not there is told to the model")
    func unknown() async throws {
        let notes = Notes()
        let configuration = LanguageModelSession.Configuration(constrainsCalls: false) { call in
            notes.add(call.name)
            return false
        }
        let result = try await result(of: Script.call("get_moon"), configuration: configuration)
        #expect(result == "error: there is no tool named get_moon")
        #expect(notes.all.isEmpty)  // there is nothing to allow
    }

    @Test("Arguments that the tool does not take are told to the model by their names")
    func arguments() async throws {
        let missing = try await result(of: Script.call("get_time"))
        #expect(missing == "error: zone: missing")
        let wrong = try await result(of: Script.call("get_time", "zone:{a:1}"))
        #expect(wrong == "error: zone: expected String")
    }

    @Test("An error of the tool is told to the model")
    func error() async throws {
        #expect(try await result(of: Scripted.call, Clock { _ in throw Broken() }) == "error: the clock is broken")
    }

    @Test("A call that is refused is not made, and the model is told")
    func refusal() async throws {
        let notes = Notes()
        let clock = Clock { zone in
            notes.add(zone)
            return zone
        }
        let configuration = LanguageModelSession.Configuration { call in
            notes.add(call.arguments)
            return false
        }
        let result = try await result(of: Scripted.call, clock, configuration: configuration)
        #expect(result == "error: the user refused this call")
        #expect(notes.all == [#"{"zone":"UTC"}"#])
    }

    @Test("Calls without end are an error after the last round, and what was said stays", arguments: [0, 1, 3])
    func endless(limit: Int) async throws {
        let notes = Notes()
        let clock = Clock { zone in
            notes.add(zone)
            return zone
        }
        let session = try Scripted.session(
            Scripted.call, toResults: Scripted.call, tools: [clock],
            configuration: .init(maximumToolRounds: limit))
        let error = await #expect(throws: GemmaError.self) { try await session.respond(to: "What time is it?") }
        #expect(error?.description == "the model went on calling tools after \(limit) rounds of calls")
        #expect(notes.all.count == limit)
        let rounds = [Message.Role](repeating: .assistant, count: 2 * limit).enumerated().map {
            $0 % 2 == 0 ? $1 : .tool
        }
        #expect(session.transcript.map(\.role) == [.user] + rounds)
        // As many calls again.
        await #expect(throws: GemmaError.self) { try await session.streamResponse().collect() }
        #expect(notes.all.count == 2 * limit)
        #expect(!session.isResponding)
    }

    @Test("What cannot be read as a call is told to the caller, and nothing is called")
    func malformed() async throws {
        let bad = "<|tool_call>call:moon{zone<tool_call|>"
        let configuration = LanguageModelSession.Configuration(constrainsCalls: false)
        let session = try Scripted.session(bad, tools: [Clock()], configuration: configuration)
        let response = try await session.respond(to: "What time is it?")
        #expect(response.malformedCalls.map(\.raw) == [bad])
        #expect(response.content.isEmpty)
        #expect(session.transcript.map(\.role) == [.user, .assistant])
        // Beside a call that can be read, too.
        let other = try Scripted.session(bad + Scripted.call, tools: [Clock()], configuration: configuration)
        let events = try await other.events(to: "What time is it?")
        #expect(events.first == "malformed " + bad)
        #expect(events.last == "finished It is late.")
        #expect(try await other.respond(to: "What time is it?").malformedCalls.map(\.raw) == [bad])
    }

    @Test("Cancelling a response ends the call that it waits for, and the session can be used again")
    func cancellation() async throws {
        let notes = Notes()
        let clock = Clock { zone in
            notes.add("begun")
            if notes.all.count == 1 {
                do {
                    try await Task.sleep(for: .seconds(60))
                } catch {
                    notes.add("cancelled")
                    throw error
                }
            }
            return zone
        }
        let session = try Scripted.session(Scripted.call, tools: [clock])
        let response = Task { try await session.respond(to: "What time is it?") }
        while notes.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        response.cancel()
        await #expect(throws: CancellationError.self) { try await response.value }
        #expect(try await session.respond(to: "And now?").content == "It is late.")
        #expect(notes.all == ["begun", "cancelled", "begun"])
        #expect(session.transcript.map(\.role) == [.user, .assistant, .tool, .user, .assistant, .tool, .assistant])
        #expect(session.results == ["error: the call was cancelled", "UTC"])
    }

    @Test("A response that is cancelled while the user is asked makes no call")
    func cancelledQuestion() async throws {
        let notes = Notes()
        let clock = Clock { zone in
            notes.add("called")
            return zone
        }
        let configuration = LanguageModelSession.Configuration { _ in
            notes.add("asked")
            try? await Task.sleep(for: .seconds(60))
            return true
        }
        let session = try Scripted.session(Scripted.call, tools: [clock], configuration: configuration)
        let response = Task { try await session.respond(to: "What time is it?") }
        while notes.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        response.cancel()
        await #expect(throws: CancellationError.self) { try await response.value }
        session.prewarm()
        while session.isResponding { try await Task.sleep(for: .milliseconds(1)) }
        #expect(notes.all == ["asked"])
    }

    @Test("A limit of tokens holds for all rounds together")
    func limit() async throws {
        let configuration = LanguageModelSession.Configuration(constrainsCalls: false)
        let session = try Scripted.session(Scripted.call, tools: [Clock()], configuration: configuration)
        let whole = try await session.respond(to: "What time is it?")
        let call = whole.rounds[0].generatedTokens
        for limit in [call - 3, call, call + 2] {
            let session = try Scripted.session(Scripted.call, tools: [Clock()], configuration: configuration)
            let response = try await session.respond(
                to: "What time is it?", options: .init(maximumResponseTokens: limit))
            #expect(response.tokens == Array(whole.tokens.prefix(limit)))
            #expect(response.finishReason == .maximumTokens)
            #expect(response.malformedCalls.map(\.reason) == (limit < call ? [.truncated] : []))
        }
    }
}
