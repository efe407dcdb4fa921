import Foundation
import Synchronization

/// What is on the current line of the terminal, so that an error can start on a new one.
enum TerminalLine {
    enum State: UInt8, AtomicRepresentable {
        case empty
        /// Text, or an unfinished line on standard error. An error goes below it.
        case begun
        /// A line of progress. An error replaces it.
        case progress
    }

    private static let state = Atomic(State.empty)

    /// Initializes the static state, which a signal handler must not do.
    static func prepare() { set(.empty) }

    static func set(_ new: State) { state.store(new, ordering: .relaxed) }

    static func note(_ text: String) {
        guard let last = text.utf8.last else { return }
        set(last == UInt8(ascii: "\n") ? .empty : .begun)
    }

    /// Moves to the start of an empty line. Signal handlers may call it.
    static func end() {
        switch state.exchange(.empty, ordering: .relaxed) {
        case .empty: break
        case .begun: put("\n")
        case .progress: put("\r\u{1B}[K")
        }
    }
}
