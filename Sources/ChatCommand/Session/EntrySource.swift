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

    /// Asks a person. Ctrl-C refuses the call, and ends the answer.
    package static func asked(from source: any EntrySource) async -> ToolApproval.Answer {
        while true {
            switch await source.readLine(prompt: "run it? yes, no, always, never: ", style: "", prefill: "") {
            case .line(let text): if let answer = ToolApproval.Answer(text) { return answer }
            case .endOfInput: return .no
            case .interrupted:
                // The editor took the key; what runs the answer waits for the signal.
                kill(getpid(), SIGINT)
                return .no
            }
        }
    }
}
