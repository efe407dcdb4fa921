internal import ArgumentParser
internal import Chat
internal import CommandSupport
internal import Foundation
package import Gemma
package import GenerationCommand
internal import LineEditing
internal import Synchronization

/// Holds a conversation with a model: with a person at a terminal, with a pipe, or with a program.
package struct ChatProgram {
    private let model: GemmaModel
    private let configuration: LanguageModelSession.Configuration
    private let system: String?
    private let answers: AnswerSettings
    private let settings: ConversationSettings
    /// What a person reads first; nil for nothing.
    private let greeting: String?

    /// - Parameters:
    ///   - source: how much of the conversation `model` remembers.
    ///   - template: how it is shown to the model.
    ///   - generation: how answers are made.
    /// - Throws: `ValidationError` if a file of `template` cannot be read.
    package init(
        _ model: GemmaModel, _ source: ModelOptions, _ template: TemplateOptions, generation: GenerationOptions,
        settings: ConversationSettings, greeting: String? = nil
    ) throws {
        self.model = model
        configuration = try template.configuration(source, of: model)
        system = try template.system()
        answers = AnswerSettings(generation: generation, thinking: template.thinking)
        (self.settings, self.greeting) = (settings, greeting)
    }

    /// - Parameter first: what is said first; nil for nothing yet.
    /// - Throws: `ExitCode` where Ctrl-C ended more than an answer of a conversation; `ValidationError` if there is
    ///   nothing to answer; what keeps the conversation from being held.
    package func run(first: String?) async throws {
        do { try await converse(first) } catch is CancellationError { throw ExitCode(130) }
    }

    private func converse(_ first: String?) async throws {
        let streams = ChatStreams.standard(colors: settings.colors)
        let isPerson = isatty(STDIN_FILENO) == 1 && streams.isTerminal && !settings.isJSON
        let editor = LineEditor(history: isPerson ? history : nil) { CommandCompletion.completions(of: $0) }
        let approval = ToolApproval(general: settings.runsToolsUnasked ? true : isPerson ? nil : false) {
            await ToolApproval.Answer.asked(about: $0, from: editor)
        }
        let tools = try await describedTools()
        let session = try session(tools.map { ModelTool($0) }, approval)
        let reader: AnswerRun.Reader = settings.isJSON ? .program : isPerson ? .person : .pipe
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

    /// The tools of the executables, which Ctrl-C ends.
    /// - Throws: `ToolError`, or `CancellationError`.
    private func describedTools() async throws -> [ExecutableTool] {
        let tools = Mutex<[ExecutableTool]>([])
        let outcome = try await Interruptible.run {
            let found = try await ExecutableTool.tools(at: settings.tools, timeLimit: settings.secondsPerCall)
            tools.withLock { $0 = found }
        }
        guard outcome == .finished else { throw CancellationError() }
        return tools.withLock { $0 }
    }

    private func session(_ tools: [ModelTool], _ approval: ToolApproval) throws -> LanguageModelSession {
        var configuration = configuration
        configuration.maximumToolRounds = settings.mostToolRounds
        configuration.constrainsCalls = settings.constrainsCalls
        configuration.allowsCall = { await approval.allows($0) }
        let session = try LanguageModelSession(
            model: model, tools: tools, instructions: system, configuration: configuration)
        model.checkLength(ofContext: session.contextLength)
        return session
    }

    /// - Throws: `CancellationError` after Ctrl-C; `ValidationError` if there is nothing to answer.
    private func answerOnce(_ run: AnswerRun, to text: String?) async throws {
        let text = try text ?? String(decoding: readText("-"), as: UTF8.self)
        guard !text.trimmed.isEmpty else {
            throw ValidationError("there is no message: give one with -p or -f, or through standard input")
        }
        let isWhole = try await run.run(to: text, settings: answers, showsThoughts: settings.showsThoughts)
        if !isWhole { throw CancellationError() }
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
}
