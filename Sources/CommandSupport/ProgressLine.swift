import Synchronization

/// A line of progress on the terminal, removed when there is text. Does nothing if standard error is not a terminal.
package final class ProgressLine: Sendable {
    private let isShown = Mutex(false)
    private let isTerminal = StandardError.isTerminal

    package init() {}

    package func show(_ text: String) {
        guard isTerminal else { return }
        isShown.withLock { isShown in
            StandardError.write("\r\u{1B}[K\(text)")
            TerminalLine.set(.progress)
            isShown = true
        }
    }

    package func clear() {
        isShown.withLock { isShown in
            if isShown { TerminalLine.end() }
            isShown = false
        }
    }
}
