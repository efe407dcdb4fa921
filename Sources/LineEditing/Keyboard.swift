internal import Foundation
internal import Synchronization

/// The terminal's keys, as libedit asks for them. There is one keyboard in a process, as there is one libedit.
///
/// Used by one thread at a time, the one that reads a line; the lock is for the compiler and never waited for.
final class Keyboard: Sendable {
    /// What libedit is to do.
    enum Action: Hashable {
        case character(Unicode.Scalar)
        /// Insert text at the cursor.
        case insert(String)
        /// End the line, which is dropped.
        case interrupt
        case suspend
        case resize
        case endOfInput
    }

    private struct State {
        var decoder = KeyDecoder()
        var waiting: [Action] = []
    }

    private let state = Mutex(State())

    /// A byte after ESC that belongs to it comes within this time, in milliseconds.
    private static let escapeTime: Int32 = 40

    /// As if the user had typed it.
    func push(_ action: Action) { state.withLock { $0.waiting.append(action) } }

    /// Waits for the next one.
    func next() -> Action {
        while true {
            let (first, isWaiting) = state.withLock { state -> (Action?, Bool) in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.decoder.isWaiting)
            }
            if let first { return first }
            switch TerminalEvents.next(timeout: isWaiting ? Self.escapeTime : -1) {
            case .byte(let byte): state.withLock { $0.waiting += $0.decoder.read(byte).map(Action.init) }
            case .timeOut: state.withLock { $0.waiting += $0.decoder.timeOut().map(Action.init) }
            case .resize: return .resize
            case .endOfInput: return .endOfInput
            }
        }
    }
}

extension Keyboard.Action {
    fileprivate init(_ key: Key) {
        self =
            switch key {
            case .character(let scalar): .character(scalar)
            case .text(let text): .insert(text)
            case .interrupt: .interrupt
            case .suspend: .suspend
            }
    }
}
