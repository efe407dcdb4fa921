import Foundation
import Synchronization

/// What stands on the line where the cursor is, so that an error gets one of its own.
enum TerminalLine {
    enum State: UInt8, AtomicRepresentable {
        case empty
        /// Text, or a line on standard error that is not ended: an error goes below.
        case begun
        /// A line of progress: an error takes its place.
        case progress
    }

    private static let state = Atomic(State.empty)

    /// Lets `end` find everything initialized, as it must in a signal's handler.
    static func prepare() { set(.empty) }

    static func set(_ new: State) { state.store(new, ordering: .relaxed) }

    static func note(_ text: String) {
        guard let last = text.utf8.last else { return }
        set(last == UInt8(ascii: "\n") ? .empty : .begun)
    }

    /// Moves to the beginning of an empty line. A handler may call it.
    static func end() {
        switch state.exchange(.empty, ordering: .relaxed) {
        case .empty: break
        case .begun: put("\n")
        case .progress: put("\r\u{1B}[K")
        }
    }
}
