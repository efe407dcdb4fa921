internal import Chat
internal import CommandSupport
internal import Foundation

extension Conversation {
    /// - Throws: whatever keeps the command from being carried out.
    mutating func carryOut(_ command: Command) async throws {
        switch command {
        case .help: listCommands()
        case .clear:
            try engine.setTranscript(Transcript(engine.transcript.prefix { $0.role.isSystem }))
            attachments = []
            autosave?.begin()
            streams.remark("[a new conversation]")
        case .system(nil):
            streams.remark(
                engine.transcript.system.map { TerminalText.shown($0) }
                    ?? "there is no system prompt; /system TEXT sets one")
        case .system(let text?):
            try engine.setTranscript(engine.transcript.settingSystem(text.isEmpty ? nil : text))
            save(engine.transcript)
        case .think(let thinking): try think(thinking)
        case .settings: listSettings()
        case .set(let name, let value):
            let setting = try SamplingSetting.named(name)
            if let value { try setting.set(value, in: &settings.generation) }
            streams.remark("\(setting.name) \(setting.value(settings.generation) ?? "default")")
        case .tools: listTools()
        case .regenerate: try await regenerate()
        case .undo: try undo()
        case .edit: try await edit()
        case .save(let path): try write(to: path)
        case .load(let path): try load(path)
        case .read(let path):
            let text = String(decoding: try readText(path.expandingTilde), as: UTF8.self)
            attachments.append(text)
            streams.remark("[\(text.count) characters go with your next message]")
        case .statistics: streams.remark(engine.statistics)
        case .exit: break
        }
    }

    // MARK: - Lists

    private func listCommands() {
        let width = CommandName.allCases.map(\.help.usage.count).max() ?? 0
        let lines = CommandName.allCases.map { name in
            "  " + name.help.usage.padding(toLength: width + 2, withPad: " ", startingAt: 0) + name.help.text
        }
        let keys = """
            Text between \"\"\" and \"\"\" is one message, as is a paste; \\ at a line's end and Alt-Enter begin \
            another line. Ctrl-C ends an answer, Ctrl-D the program.
            """
        streams.remark((lines + [keys]).joined(separator: "\n"))
    }

    private func listSettings() {
        let lines = SamplingSetting.all.map { setting in
            "  \(setting.name.padding(toLength: 22, withPad: " ", startingAt: 0))"
                + (setting.value(settings.generation) ?? "default")
        }
        streams.remark(lines.joined(separator: "\n"))
    }

    private func listTools() {
        guard !tools.isEmpty else { return streams.remark("there are no tools; --tool FILE names one at the start") }
        let lines = tools.map { tool in
            "  \(tool.name) (\(answers.approval.state(of: tool.name))): \(tool.description)"
        }
        streams.remark(TerminalText.shown(lines.joined(separator: "\n")))
    }

    // MARK: - Thoughts

    private mutating func think(_ choice: Command.Thinking?) throws {
        switch choice {
        case nil: break
        case .on?: settings.thinking = true
        case .off?: settings.thinking = false
        case .auto?: settings.thinking = nil
        case .show?:
            showsThoughts = true
            if hidLastThoughts, let thought = engine.transcript.last?.reasoning {
                streams.remark(TerminalText.shown(thought))
            }
            hidLastThoughts = false
        case .hide?: showsThoughts = false
        }
        let state = settings.thinking.map { $0 ? "on" : "off" } ?? "as the model's template has it"
        streams.remark("[thinking: \(state); thoughts are \(showsThoughts ? "shown" : "hidden")]")
    }

    // MARK: - The last turn

    private mutating func regenerate() async throws {
        guard let turn = engine.transcript.lastTurn else { return streams.remark("there is nothing to answer again") }
        try await answer(to: nil, after: turn + 1)
    }

    private mutating func undo() throws {
        guard let turn = engine.transcript.lastTurn else { return streams.remark("there is nothing to take back") }
        let text = engine.transcript[turn].content?.text ?? ""
        try engine.setTranscript(Transcript(engine.transcript[..<turn]))
        save(engine.transcript)
        let line = text.split(whereSeparator: \.isNewline).first.map { String($0.prefix(60)) } ?? ""
        streams.remark("[taken back: \(TerminalText.shown(line))]")
    }

    /// Ctrl-C, or an empty text, leaves everything as it was.
    private mutating func edit() async throws {
        guard let turn = engine.transcript.lastTurn, let text = engine.transcript[turn].content?.text else {
            return streams.remark("there is no message to change")
        }
        let changed: String
        if let editor = TextEditor.current {
            changed = try await editor.edit(text)
        } else {
            guard case .line(let line) = await source.readLine(prompt: "> ", style: "", prefill: text) else { return }
            changed = line
        }
        guard !changed.trimmed.isEmpty else { return streams.remark("[nothing was changed]") }
        keep { try source.remember(changed) }
        try await answer(to: changed, after: turn)
    }

    // MARK: - Files

    private func write(to path: String?) throws {
        guard let path else { return streams.remark("/save needs the name of a file") }
        let url = URL(fileURLWithPath: path.expandingTilde)
        try TranscriptFile.write(engine.transcript, to: url)
        streams.remark("[\(counted(engine.transcript.count, "message")) in \(printable(path))]")
    }

    private mutating func load(_ path: String?) throws {
        guard let url = path.map({ URL(fileURLWithPath: $0.expandingTilde) }) ?? autosave?.last() else {
            throw TranscriptFileError.nothingSaved
        }
        let transcript = try TranscriptFile.read(url)
        try engine.setTranscript(transcript)
        autosave?.begin()
        save(transcript)
        streams.remark("[\(counted(transcript.count, "message")) loaded]")
        // The end of it, to go on from.
        for message in transcript.suffix(2) {
            if let text = message.content?.text, message.role == .user || message.role == .assistant {
                streams.remark("\(message.role == .user ? "> " : "")\(TerminalText.shown(text))")
            }
        }
    }
}

extension Message.Role {
    var isSystem: Bool { self == .system || self == .developer }
}

extension Transcript {
    /// The text of the system prompt.
    var system: String? { first.flatMap { $0.role.isSystem ? $0.content?.text : nil } }

    /// The place of the user's last message.
    var lastTurn: Int? { lastIndex { $0.role == .user } }

    /// With another system prompt; nil for none.
    func settingSystem(_ text: String?) -> Transcript {
        let rest = drop { $0.role.isSystem }
        return Transcript((text.map { [.system(.text($0))] } ?? []) + rest)
    }
}
