internal import Foundation

/// The modes of the terminal while a line is edited, and their end.
enum TerminalModes {
    /// Those before. Handlers restore them when a signal ends the process.
    private nonisolated(unsafe) static var former = termios()  // written before the handlers are installed
    private nonisolated(unsafe) static var formerHandlers: [Int32: Handler] = [:]  // used by one thread at a time

    #if canImport(Darwin)
        private typealias Handler = sig_t?
    #else
        private typealias Handler = __sighandler_t?
    #endif

    private static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    /// A line is going to be edited.
    static func begin() {
        tcgetattr(STDIN_FILENO, &former)
        for number in ending {
            let handler = signal(number) { number in
                tcsetattr(STDIN_FILENO, TCSANOW, &TerminalModes.former)
                TerminalModes.putPasteMode(isOn: false)
                signal(number, SIG_DFL)
                raise(number)  // delivered when this handler returns
            }
            // One that is ignored, as SIGHUP is under nohup(1), stays ignored.
            if unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { signal(number, SIG_IGN) }
            formerHandlers[number] = handler
        }
        putPasteMode(isOn: true)
    }

    /// The line has been edited. libedit has restored the modes.
    static func end() {
        putPasteMode(isOn: false)
        for number in ending { if let handler = formerHandlers[number] { signal(number, handler) } }
    }

    /// Makes Ctrl-C and Ctrl-Z keys. libedit would leave them to the terminal, which sends signals for them.
    static func takeAllKeys() {
        var modes = termios()
        guard tcgetattr(STDIN_FILENO, &modes) == 0, modes.c_lflag & tcflag_t(ISIG) != 0 else { return }
        modes.c_lflag &= ~tcflag_t(ISIG)
        tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    }

    /// Whether the terminal marks what is pasted.
    static func putPasteMode(isOn: Bool) {
        let sequence: StaticString = isOn ? "\u{1B}[?2004h" : "\u{1B}[?2004l"
        _ = write(STDOUT_FILENO, sequence.utf8Start, sequence.utf8CodeUnitCount)
    }
}
