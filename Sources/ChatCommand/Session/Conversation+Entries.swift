internal import CommandSupport
internal import LineEditing

extension Conversation {
    /// Goes on until the person leaves.
    /// - Parameter first: a message to begin with.
    /// - Throws: what writing to standard output throws. Other errors are shown, and the conversation goes on.
    package mutating func run(first: String?) async throws {
        if let first { try await answer(to: first) }
        var assembly = MessageAssembly()
        var wasInterrupted = false
        while true {
            let input = await source.readLine(
                prompt: assembly.isContinuing ? "… " : "> ",
                style: streams.hasColors ? TextStyle(isBold: true).sequence : "", prefill: "")
            let isEmpty = input == .interrupted(hadText: false) && !assembly.isContinuing
            defer { wasInterrupted = isEmpty }
            switch input {
            case .interrupted:
                if wasInterrupted, isEmpty { return }
                assembly.clear()
                if isEmpty { streams.remark("Ctrl-C once more, or Ctrl-D, ends the program.") }
            case .endOfInput:
                try streams.write("\n")
                return
            case .line(let line):
                guard let text = assembly.add(line), !text.trimmed.isEmpty else { continue }
                keep { try source.remember(text) }
                guard try await handle(Entry(text)) else { return }
            }
        }
    }

    /// - Returns: whether the conversation goes on.
    private mutating func handle(_ entry: Entry) async throws -> Bool {
        switch entry {
        case .message(let text): try await answer(to: message(text))
        case .mistake(let text): streams.remark(TerminalText.shown(text))
        case .command(.exit): return false
        case .command(let command):
            do {
                try await carryOut(command)
            } catch let error as OutputError {
                throw error
            } catch {
                show(error)
            }
        }
        return true
    }

    /// The message with the files that go with it.
    private mutating func message(_ text: String) -> String {
        defer { attachments = [] }
        return (attachments + [text]).joined(separator: "\n\n")
    }
}
