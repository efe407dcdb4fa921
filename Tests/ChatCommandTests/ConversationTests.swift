import Chat
import ChatCommand
import Foundation
import Gemma
import LineEditing
import Testing

/// One after the other, since Ctrl-C is the process's.
@Suite(.serialized) struct ConversationTests {
    /// - Returns: what the user saw.
    @discardableResult private func talk(
        _ engine: ScriptedEngine, _ user: ScriptedUser, first: String? = nil, showsThoughts: Bool = true,
        autosave: Autosave? = nil
    ) async throws -> Screen {
        let screen = Screen()
        let answers = AnswerRun(
            engine: engine, streams: screen.streams(), approval: ToolApproval(general: false), reader: .person)
        var conversation = Conversation(
            answers: answers, source: user, tools: [], settings: AnswerSettings(), showsThoughts: showsThoughts,
            autosave: autosave)
        try await conversation.run(first: first)
        return screen
    }

    private func user(_ lines: String...) -> ScriptedUser { ScriptedUser(lines.map { .line($0) }) }

    @Test func messagesAreAnswered() async throws {
        let engine = ScriptedEngine(saying: "Hello!", "Fine.")
        let user = user("Hi", "", "How\\", "are you?")
        let screen = try await talk(engine, user)
        #expect(
            engine.transcript == [
                .user("Hi"), .assistant("Hello!"), .user("How\nare you?"), .assistant("Fine."),
            ])
        #expect(screen.answers == "Hello!\nFine.\n\n")
        #expect(screen.notes.contains("[12.5 tokens/s, 10 tokens, context 100 of 1000 (10 %)]"))
        #expect(user.remembered == ["Hi", "How\nare you?"])
    }

    @Test func aMessageOfTheCommandLineComesFirst() async throws {
        let engine = ScriptedEngine(saying: "A", "B")
        try await talk(engine, user("second"), first: "first")
        #expect(engine.transcript.map(\.content?.text) == ["first", "A", "second", "B"])
    }

    @Test func clearKeepsTheSystemPrompt() async throws {
        let engine = ScriptedEngine(saying: "A", "B")
        try await talk(engine, user("/system Be brief.", "one", "/clear", "two"))
        #expect(engine.transcript == [.system("Be brief."), .user("two"), .assistant("B")])
    }

    @Test func systemReplaces() async throws {
        let engine = ScriptedEngine(transcript: [.system("old"), .user("x"), .assistant("y")])
        let screen = try await talk(engine, user("/system new", "/system"))
        #expect(engine.transcript == [.system("new"), .user("x"), .assistant("y")])
        #expect(screen.notes.contains("new"))
        try await talk(engine, user("/system -"))
        #expect(engine.transcript == [.user("x"), .assistant("y")])
    }

    @Test func regenAnswersAgain() async throws {
        let engine = ScriptedEngine(saying: "A", "B")
        try await talk(engine, user("/regen", "one", "/regen"))
        #expect(engine.transcript == [.user("one"), .assistant("B")])
    }

    @Test func undoTakesBackATurn() async throws {
        let engine = ScriptedEngine(saying: "A", "B")
        try await talk(engine, user("one", "two", "/undo"))
        #expect(engine.transcript == [.user("one"), .assistant("A")])
        let screen = try await talk(engine, user("/undo", "/undo"))
        #expect(engine.transcript == [])
        #expect(screen.notes.contains("nothing to take back"))
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["EDITOR"] == nil))
    func editChangesTheLastMessage() async throws {
        let engine = ScriptedEngine(saying: "A", "B")
        let user = user("one", "/edit", "changed")
        try await talk(engine, user)
        #expect(user.prefills == ["one"])
        #expect(engine.transcript == [.user("changed"), .assistant("B")])
        // Ctrl-C leaves all as it was.
        try await talk(engine, ScriptedUser([.line("/edit"), .interrupted(hadText: true)]))
        #expect(engine.transcript == [.user("changed"), .assistant("B")])
    }

    @Test func settingsHold() async throws {
        let engine = ScriptedEngine(saying: "A", "B")
        let screen = try await talk(
            engine, user("/set temperature 0.5", "/set top-p 7", "/think off", "one", "/think auto", "two"))
        #expect(engine.settings.map(\.generation.temperature) == [0.5, 0.5])
        #expect(engine.settings.map(\.thinking) == [false, nil])
        #expect(screen.notes.contains("error: "))
    }

    @Test func filesGoWithTheNextMessage() async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("notes \(UUID())")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data("the notes\n".utf8).write(to: url)
        let engine = ScriptedEngine(saying: "A", "B")
        let screen = try await talk(engine, user("/read \(url.path)", "sum up", "thanks", "/read /absent"))
        #expect(engine.transcript.first?.content?.text == "the notes\n\nsum up")
        #expect(engine.transcript[2].content?.text == "thanks")
        #expect(screen.notes.contains("error: cannot open /absent"))
    }

    @Test func conversationsAreSavedAndLoaded() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("save-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("a chat.json").path
        let autosave = Autosave(folder: folder.appendingPathComponent("auto"))
        try await talk(ScriptedEngine(saying: "A"), user("one", "/save \(file)"), autosave: autosave)

        let loaded = ScriptedEngine()
        try await talk(loaded, user("/load \(file)"))
        #expect(loaded.transcript == [.user("one"), .assistant("A")])
        // What was kept without being asked.
        let resumed = ScriptedEngine(saying: "B")
        let next = Autosave(folder: folder.appendingPathComponent("auto"))
        try await talk(resumed, user("/load", "two"), autosave: next)
        #expect(resumed.transcript.map(\.content?.text) == ["one", "A", "two", "B"])
    }

    @Test func aMessageThatFailsIsTakenBack() async throws {
        let engine = ScriptedEngine([.failure(ScriptedEngine.Failure(description: "no room"))])
        let screen = try await talk(engine, user("one"))
        #expect(engine.transcript == [])
        #expect(screen.notes.contains("error: no room"))
    }

    /// An interrupt comes as the error of a task that is cancelled.
    @Test(arguments: [ScriptedEngine.Failure(description: "no room") as any Error, CancellationError()])
    func whatWasSaidStaysIfNothingIsWrittenInItsPlace(_ error: any Error) async throws {
        let said: Transcript = [.user("one"), .assistant("A"), .user("two"), .assistant("B")]
        let engine = ScriptedEngine(transcript: said, [.failure(error), .failure(error), .failure(error)])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("stay-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let autosave = Autosave(folder: folder)
        let screen = try await talk(engine, user("/regen", "three"), autosave: autosave)
        #expect(engine.transcript == said)
        #expect(try TranscriptFile.read(#require(Autosave(folder: folder).last())) == said)
        #expect(screen.notes.contains("error: no room") != screen.notes.contains("nothing has changed"))
        if ProcessInfo.processInfo.environment["EDITOR"] == nil {
            try await talk(engine, user("/edit", "changed"))
            #expect(engine.transcript == said)
        }
    }

    @Test func twoInterruptsEnd() async throws {
        let engine = ScriptedEngine(saying: "A")
        let user = ScriptedUser([
            .interrupted(hadText: false), .line("\"\"\"half"), .interrupted(hadText: false),
            .interrupted(hadText: true), .interrupted(hadText: false), .interrupted(hadText: false), .line("unread"),
        ])
        try await talk(engine, user)
        #expect(engine.transcript == [])
        let other = ScriptedUser([
            .interrupted(hadText: false), .line("one"), .interrupted(hadText: false), .line("/exit"), .line("unread"),
        ])
        try await talk(engine, other)
        #expect(engine.transcript.count == 2)
    }

    @Test func thoughtsAreHiddenOnDemand() async throws {
        let thinking = ScriptedEngine.Answer.events([
            .reasoning("Hm"), .reasoning("..."), .content("A"), .finished(.usual),
        ])
        let shown = try await talk(ScriptedEngine([thinking]), user("one"))
        #expect(shown.answers == "Hm...\nA\n\n")
        let hidden = try await talk(ScriptedEngine([thinking]), user("one", "/think show"), showsThoughts: false)
        #expect(hidden.answers == "A\n\n")
        #expect(hidden.notes.contains("<[thinking…]>"))
        #expect(hidden.notes.contains("[thought for 0.0 s]"))
        // Shown afterwards.
        #expect(hidden.notes.contains("Hm..."))
    }

    @Test func theUserIsWarnedBeforeTheContextEnds() async throws {
        let full = ScriptedEngine([.events([.content("A"), .finished(.summary(contextTokens: 900))])])
        #expect(try await talk(full, user("one")).notes.contains("nearly full"))
        let half = ScriptedEngine([.events([.content("A"), .finished(.summary(contextTokens: 899))])])
        #expect(!(try await talk(half, user("one")).notes.contains("nearly full")))
    }

    @Test func nothingMovesTheCursor() async throws {
        let evil = "\u{1B}[2Jx"
        let call = ToolCall(id: "c", name: "t\(evil)", arguments: evil)
        let engine = ScriptedEngine([
            .events([
                .reasoning(evil), .toolCall(call), .toolOutput(call, evil),
                .malformedCall(MalformedCall(raw: evil, reason: .syntax)), .content(evil), .finished(.usual),
            ])
        ])
        let screen = try await talk(engine, user("one"))
        #expect(!(screen.answers + screen.notes).contains("\u{1B}"))
        #expect(screen.answers.contains(#"\u{1B}[2Jx"#))
    }

    @Test func textOfALoadedConversationMovesNoCursorEither() async throws {
        let evil = "\u{1B}[2Jx"
        let said: Transcript = [.system(.text(evil)), .user(.text(evil)), .assistant(.text(evil))]
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("evil \(UUID()).json")
        defer { try? FileManager.default.removeItem(at: url) }
        try TranscriptFile.write(said, to: url)
        let screen = try await talk(ScriptedEngine(), user("/load \(url.path)", "/system", "/undo"))
        #expect(screen.notes.components(separatedBy: #"\u{1B}[2Jx"#).count == 5)
        #expect(!(screen.answers + screen.notes).contains("\u{1B}"))
    }

    @Test func unknownCommandsAreNotSent() async throws {
        let engine = ScriptedEngine(saying: "A")
        let screen = try await talk(engine, user("/hlep", "/help"))
        #expect(engine.transcript == [])
        #expect(screen.notes.contains("there is no command /hlep"))
        #expect(screen.notes.contains("/regen"))
    }
}
