internal import Foundation
internal import Synchronization

/// Reads lines from a terminal: with editing, history and completion, or plainly where the terminal cannot do it.
///
/// There is one in a process, since there is one terminal.
package final class LineEditor: Sendable {
    private let history: HistoryFile?
    private let isEditing: Bool
    private let last = Mutex("")

    /// - Parameters:
    ///   - history: where entries are kept; nil to keep them in memory.
    ///   - terminal: the terminal's type, `TERM`.
    ///   - complete: given the line up to the cursor, what it may be completed to. Called by the thread that reads.
    package init(
        history: HistoryFile?, terminal: String? = ProcessInfo.processInfo.environment["TERM"],
        complete: @escaping @Sendable (String) -> [String]
    ) {
        self.history = history
        isEditing = !["", "dumb"].contains(terminal ?? "")
        guard isEditing else { return }
        LibEdit.prepare(historyLimit: history?.limit ?? 1000, complete: complete)
        for entry in history?.entries() ?? [] { LibEdit.addToHistory(entry) }
    }

    /// Waits on a thread of its own.
    /// - Parameters:
    ///   - prompt: what stands before the line.
    ///   - style: an escape sequence that the prompt is shown with.
    ///   - prefill: what the line holds at first, for the user to change.
    package func readLine(prompt: String, style: String = "", prefill: String = "") async -> LineInput {
        let isEditing = isEditing
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                // libedit is told what takes no room on the screen.
                let styled = style.isEmpty ? prompt : "\u{1}\(style)\u{2}\(prompt)\u{1}\u{1B}[0m\u{2}"
                continuation.resume(
                    returning: isEditing
                        ? LibEdit.readLine(prompt: styled, prefill: prefill)
                        : PlainLine.read(prompt: prompt, prefill: prefill))
            }
        }
    }

    /// Adds what was entered to the history. Nothing is added twice in a row.
    /// - Throws: `SystemError` if the file cannot be written.
    package func remember(_ entry: String) throws {
        let isNew = last.withLock { last in
            defer { last = entry }
            return last != entry
        }
        guard isEditing, isNew, !entry.isEmpty else { return }
        LibEdit.addToHistory(entry)
        try history?.append(entry)
    }
}
