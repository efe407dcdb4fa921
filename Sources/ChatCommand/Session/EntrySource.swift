package import Chat
internal import Foundation
package import LineEditing

/// Where a person's entries come from.
package protocol EntrySource: Sendable {
    func readLine(prompt: String, style: String, prefill: String) async -> LineInput
    /// Keeps an entry for later.
    func remember(_ entry: String) throws
}

extension LineEditor: EntrySource {}

extension ToolApproval.Answer {
    /// What a person answers; nil if it is none of the answers.
    init?(_ text: String) {
        switch text.trimmed.lowercased() {
        case "y", "yes": self = .yes
        case "n", "no": self = .no
        case "a", "always": self = .always
        case "v", "never": self = .never
        default: return nil
        }
    }

    /// Asks a person about a call that is on the screen.
    package static func asked(about call: ToolCall, from source: any EntrySource) async -> ToolApproval.Answer {
        let prompt = "run \(call.outline)? yes, no, always, never: "
        while true {
            switch await source.readLine(prompt: prompt, style: "", prefill: "") {
            case .line(let text): if let answer = ToolApproval.Answer(text) { return answer }
            case .endOfInput: return .no
            case .interrupted:
                // The editor took the key; what runs the answer waits for the signal.
                kill(getpid(), SIGINT)
                return .interrupted
            }
        }
    }
}

extension ToolCall {
    /// The name and the beginning of the arguments, which tell several calls apart; fit for a terminal.
    fileprivate var outline: String {
        let given = TerminalText.shown(arguments).split(whereSeparator: \.isNewline).joined(separator: " ")
        guard given != "{}" else { return TerminalText.shown(name) }
        return "\(TerminalText.shown(name)) \(given.prefix(40))\(given.count > 40 ? "…" : "")"
    }
}
