internal import Chat
internal import CommandSupport
internal import Foundation
package import Gemma
internal import GenerationCommand
internal import LineEditing

/// Holds a conversation with a model: with a person at a terminal, with a pipe, or with a program.
package struct ChatProgram {
    package let model: GemmaModel
    package let configuration: LanguageModelSession.Configuration
    package let system: String?
    package let answers: AnswerSettings
    package let settings: ConversationSettings
    /// What a person reads first; nil for nothing.
    package let greeting: String?

    package init(
        model: GemmaModel, configuration: LanguageModelSession.Configuration, system: String?, answers: AnswerSettings,
        settings: ConversationSettings, greeting: String? = nil
    ) {
        (self.model, self.configuration, self.system) = (model, configuration, system)
        (self.answers, self.settings, self.greeting) = (answers, settings, greeting)
    }

    /// - Parameter first: what is said first; nil for nothing yet.
    package func run(first: String?) async throws {
        let streams = ChatStreams.standard(colors: settings.colors)
        let isPerson = isatty(STDIN_FILENO) == 1 && streams.isTerminal && !settings.isJSON
        let editor = LineEditor(history: isPerson ? history : nil) { CommandCompletion.completions(of: $0) }
        let approval = ToolApproval(general: settings.runsToolsUnasked ? true : isPerson ? nil : false) {
            await ToolApproval.Answer.asked(about: $0, from: editor)
        }
        let tools = try await ExecutableTool.tools(at: settings.tools, timeLimit: settings.secondsPerCall)
        let session = try session(tools.map { ModelTool($0) }, approval)
        let reader: AnswerRun.Reader = settings.isJSON ? .program : streams.isTerminal ? .person : .pipe
        let run = AnswerRun(engine: SessionEngine(session), streams: streams, approval: approval, reader: reader)

        if settings.isJSON {
            return try await MachineConversation(answers: run, settings: answers)
                .run(first: first, lines: InputLines(descriptor: STDIN_FILENO))
        }
        guard isPerson, !settings.isSingleTurn else { return try await answerOnce(run, to: first) }
        if let greeting { streams.remark(greeting) }
        var conversation = Conversation(
            answers: run, source: editor, tools: tools.map(\.description), settings: answers,
            showsThoughts: settings.showsThoughts, autosave: autosave)
        try await conversation.run(first: first)
    }

    private func session(_ tools: [ModelTool], _ approval: ToolApproval) throws -> LanguageModelSession {
        var configuration = configuration
        configuration.maximumToolRounds = settings.mostToolRounds
        configuration.allowsCall = { await approval.allows($0) }
        let session = try LanguageModelSession(
            model: model, tools: tools, instructions: system, configuration: configuration)
        model.checkLength(ofContext: session.contextLength)
        return session
    }

    /// - Throws: `ExitCode` after Ctrl-C.
    private func answerOnce(_ run: AnswerRun, to text: String?) async throws {
        let text = try text ?? String(decoding: readText("-"), as: UTF8.self)
        let isWhole = try await run.run(to: text, settings: answers, showsThoughts: settings.showsThoughts)
        if !isWhole { throw Interruption() }
    }

    /// Where entries are kept; nil for nowhere.
    private var history: HistoryFile? {
        settings.keepsHistory ? StateFolder.url().map { HistoryFile($0.appendingPathComponent("history")) } : nil
    }

    /// Where conversations are kept; nil for nowhere.
    private var autosave: Autosave? {
        guard settings.keepsHistory, let folder = StateFolder.url() else { return nil }
        return Autosave(folder: folder.appendingPathComponent("chats", isDirectory: true))
    }

    /// The user ended the only answer with Ctrl-C.
    package struct Interruption: Error {
        package init() {}
    }
}
