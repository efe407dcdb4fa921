import Chat
import ChatCommand
import Foundation
import JSON
import Synchronization
import Testing

/// Executables that a test writes.
private struct Scripts: ~Copyable {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tools \(UUID())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// - Returns: its path.
    func script(_ name: String, _ text: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        return url.path
    }

    /// A tool named `t` whose calls run `body`.
    func tool(_ body: String) throws -> String {
        try script("tool", "if [ \"$1\" = describe ]; then echo '{\"name\": \"t\"}'; exit; fi\n\(body)")
    }
}

@Suite struct ToolTests {
    private func call(_ body: String, _ arguments: String = "{}", timeLimit: Int = 30) async throws -> String {
        let scripts = try Scripts()
        let tools = try await ExecutableTool.tools(at: [try scripts.tool(body)], timeLimit: timeLimit)
        return try await tools[0].call(arguments: arguments)
    }

    @Test func declarationsAreOpenAIs() async throws {
        let scripts = try Scripts()
        let path = try scripts.script(
            "two",
            """
            cat <<'END'
            [{"type": "function", "function": {"name": "a", "description": "A.", "parameters": {"type": "object"}}},
             {"name": "b", "response": {"type": "string"}}]
            END
            """)
        let tools = try await ExecutableTool.tools(at: [path], timeLimit: 30)
        #expect(tools.map(\.name) == ["a", "b"])
        #expect(tools[0].description.description == "A.")
        #expect(tools[0].description.parameters == ["type": "object"])
        #expect(tools[1].description.parameters == nil)
        #expect(tools[1].description.others == ["response": ["type": "string"]])
    }

    @Test(
        arguments: [
            "echo no JSON", "echo '[]'", "echo '[1]'", "echo '{}'", "echo '{\"name\": \"a b\"}'",
            "echo '{\"name\": \"a\", \"parameters\": []}'", "echo no >&2; exit 3", "kill -9 $$",
        ])
    func wrongDescriptionsAreErrors(_ text: String) async throws {
        let scripts = try Scripts()
        let path = try scripts.script("wrong", text)
        await #expect(throws: ToolError.self) { try await ExecutableTool.tools(at: [path], timeLimit: 30) }
    }

    @Test func whatIsNoProgramIsAnError() async throws {
        await #expect(throws: ToolError.self) { try await ExecutableTool.tools(at: ["/absent"], timeLimit: 30) }
        await #expect(throws: ToolError.self) { try await ExecutableTool.tools(at: ["/etc/passwd"], timeLimit: 30) }
    }

    @Test func namesAreUnique() async throws {
        let scripts = try Scripts()
        let path = try scripts.tool("")
        await #expect(throws: ToolError.duplicate(name: "t")) {
            try await ExecutableTool.tools(at: [path, path], timeLimit: 30)
        }
    }

    @Test func aCallGetsItsNameAndArguments() async throws {
        #expect(try await call("echo \"$1: $(cat)\"", #"{"q":"é"}"#) == "t: {\"q\":\"é\"}\n")
    }

    @Test func argumentsNeedNotBeRead() async throws {
        // More than a pipe holds.
        let arguments = #"{"q":""# + String(repeating: "a", count: 1 << 20) + #""}"#
        #expect(try await call("echo done", arguments) == "done\n")
    }

    @Test func failuresAreToldByStandardError() async throws {
        await #expect(throws: ToolError.failed(output: "no such city")) {
            try await call("echo partial; echo no such city >&2; exit 1")
        }
        await #expect(throws: ToolError.self) { try await call("exit 7") }
    }

    @Test func outputIsBounded() async throws {
        await #expect(throws: ToolError.tooLong(limit: 1 << 20)) { try await call("yes") }
        await #expect(throws: ToolError.tooLong(limit: 1 << 20)) { try await call("yes >&2") }
    }

    @Test func timeIsBounded() async throws {
        // With a child that holds the output open.
        let clock = ContinuousClock()
        let began = clock.now
        await #expect(throws: ToolError.tooSlow(seconds: 1)) {
            try await call("trap '' TERM; sleep 900 & sleep 900; sleep 900", timeLimit: 1)
        }
        #expect(clock.now - began < .seconds(300))
    }

    @Test func outputNeedNotBeUTF8() async throws {
        #expect(try await call("printf 'a\\377b'") == "a\u{FFFD}b")
    }
}

@Suite struct ToolApprovalTests {
    /// Keeps the questions, and gives answers in their order.
    private actor User {
        private var answers: [ToolApproval.Answer]
        private(set) var questions: [String] = []

        init(_ answers: ToolApproval.Answer...) { self.answers = answers }

        func answer(_ call: ToolCall) -> ToolApproval.Answer {
            questions.append(call.name)
            return answers.removeFirst()
        }

        nonisolated var approval: ToolApproval { ToolApproval(general: nil) { await self.answer($0) } }
    }

    private func call(_ name: String) -> ToolCall { ToolCall(id: "\(UUID())", name: name, arguments: "{}") }

    @Test func alwaysAndNeverAreForATool() async {
        let user = User(.yes, .always, .never, .no)
        let approval = user.approval
        func allows(_ name: String) async -> Bool {
            let call = call(name)
            await approval.show(call) {}
            return await approval.allows(call)
        }
        #expect(await allows("a"))
        #expect(await allows("a"))
        #expect(await allows("a"))
        #expect(!(await allows("b")))
        #expect(!(await allows("b")))
        #expect(!(await allows("c")))
        #expect(await user.questions == ["a", "a", "b", "c"])
    }

    @Test func nobodyIsAskedWhereOneAnswerHoldsForAll() async {
        #expect(await ToolApproval(general: true).allows(call("a")))
        #expect(!(await ToolApproval(general: false).allows(call("a"))))
    }

    @Test func aCallIsShownBeforeTheQuestion() async {
        let user = User(.yes, .no)
        let approval = user.approval
        let first = call("a")
        async let isAllowed = approval.allows(first)
        try? await Task.sleep(for: .milliseconds(30))
        #expect(await user.questions == [])
        await approval.show(first) {}
        #expect(await isAllowed)
        // One that is never shown does not wait for ever.
        async let other = approval.allows(call("a"))
        try? await Task.sleep(for: .milliseconds(30))
        await approval.endAnswer()
        #expect(!(await other))
    }

    @Test(.timeLimit(.minutes(1))) func nothingIsShownWhileTheUserIsAsked() async {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let approval = ToolApproval(general: nil) { _ in
            ask.yield()
            for await _ in gate { break }
            return .yes
        }
        let first = call("a")
        await approval.show(first) {}
        async let isAllowed = approval.allows(first)
        for await _ in asked { break }
        let order = Order()
        async let shown: Void = approval.show { order.add("shown") }
        try? await Task.sleep(for: .milliseconds(30))
        order.add("answered")
        open.yield()
        _ = await (isAllowed, shown)
        #expect(order.names == ["answered", "shown"])
    }

    @Test(.timeLimit(.minutes(1))) func anInterruptRefusesTheOtherCallsUnasked() async {
        let user = User(.interrupted, .yes)
        let approval = user.approval
        approval.beginAnswer()
        let calls = [call("a"), call("b")]
        for call in calls { await approval.show(call) {} }
        #expect(!(await approval.allows(calls[0])))
        #expect(!(await approval.allows(calls[1])))
        await approval.endAnswer()
        #expect(!(await approval.allows(call("c"))))  // of a turn that has not noticed yet
        approval.beginAnswer()
        let next = call("d")
        await approval.show(next) {}
        #expect(await approval.allows(next))
        #expect(await user.questions == ["a", "d"])
    }

    @Test(.timeLimit(.minutes(1))) func aCancelledTurnIsRefused() async {
        let approval = User(.yes).approval
        let turn = Task { await approval.allows(call("a")) }
        try? await Task.sleep(for: .milliseconds(30))
        turn.cancel()
        #expect(!(await turn.value))
    }

    @Test func theQuestionSaysWhichCallIsMeant() async {
        let user = ScriptedUser([.line("perhaps"), .line(" Yes "), .line("v"), .endOfInput])
        let call = ToolCall(id: "c", name: "delete_file", arguments: "{\"path\": \"\u{1B}[2J\"}")
        #expect(await ToolApproval.Answer.asked(about: call, from: user) == .yes)
        #expect(await ToolApproval.Answer.asked(about: self.call("t"), from: user) == .never)
        #expect(await ToolApproval.Answer.asked(about: self.call("t"), from: user) == .no)
        let question = "run delete_file {\"path\": \"\\u{1B}[2J\"}? yes, no, always, never: "
        let other = "run t? yes, no, always, never: "
        #expect(user.prompts == [question, question, other, other])
    }
}

private final class Order: Sendable {
    private let state = Mutex<[String]>([])

    var names: [String] { state.withLock { $0 } }

    func add(_ name: String) { state.withLock { $0.append(name) } }
}
