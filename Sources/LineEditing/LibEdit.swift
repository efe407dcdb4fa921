// Its interface is C's: variables of the library, used by one thread at a time.
@preconcurrency import CEdit
internal import Foundation
internal import Synchronization

/// The system's line editor, through the interface that it shares with readline. (Its own takes a variable number of
/// arguments, which Swift cannot pass.) There is one in a process.
///
/// All functions but `complete` must be called by one thread at a time.
enum LibEdit {
    private static let keyboard = Keyboard()
    private static let wasInterrupted = Atomic(false)
    private static let complete = Mutex<@Sendable (String) -> [String]>({ _ in [] })
    /// What libedit has yet to be told of, last first.
    private static let found = Mutex<[String]>([])

    /// Deletes the character before the cursor, and draws the line anew.
    private static let backspace: Int32 = 0x08

    /// - Parameter complete: given the line up to the cursor, what it may be completed to.
    static func prepare(historyLimit: Int, complete: @escaping @Sendable (String) -> [String]) {
        self.complete.withLock { $0 = complete }
        // libedit reads and shows characters of the locale.
        setlocale(LC_CTYPE, "")
        if String(cString: nl_langinfo(CInt(CODESET))) != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
        rl_readline_name = UnsafePointer(strdup("gemma-chat"))
        rl_catch_signals = 0
        rl_getc_function = { _ in LibEdit.nextCharacter() }
        rl_initialize()
        stifle_history(Int32(historyLimit))
        rl_completer_word_break_characters = strdup(" \t\n")
        rl_attempted_completion_function = { text, start, end in LibEdit.matches(text, start, end) }
        TerminalEvents.watchSize()
    }

    static func addToHistory(_ entry: String) { add_history(entry) }

    /// - Parameter prefill: what is in the line at first.
    static func readLine(prompt: String, prefill: String) -> LineInput {
        if !prefill.isEmpty { keyboard.push(.insert(prefill)) }
        wasInterrupted.store(false, ordering: .relaxed)
        TerminalModes.begin()
        defer { TerminalModes.end() }
        let line = readline(prompt)
        defer { free(line) }
        if wasInterrupted.load(ordering: .relaxed) {
            return .interrupted(hadText: line.map { $0.pointee != 0 } ?? false)
        }
        return line.map { .line(String(cString: $0)) } ?? .endOfInput
    }

    // MARK: - Keys

    /// The next character for libedit; -1 for the end.
    private static func nextCharacter() -> Int32 {
        // It asks again, for instance in a search: the line is to end whatever it does.
        if wasInterrupted.load(ordering: .relaxed) { return 0x0A }
        TerminalModes.takeAllKeys()
        while true {
            switch keyboard.next() {
            case .character(let scalar): return Int32(bitPattern: scalar.value)
            case .insert(let text):
                // Not as keys: a newline would end the line, and a long paste would be drawn for each character. The
                // line is drawn by the deletion of a character more.
                if rl_insert_text(text + "x") > 0 { return backspace }
            case .interrupt:
                wasInterrupted.store(true, ordering: .relaxed)
                return 0x0A
            case .suspend: suspend()
            case .resize:
                rl_resize_terminal()
                redraw()
            case .endOfInput: return -1
            }
        }
    }

    private static func suspend() {
        rl_deprep_terminal()
        TerminalModes.putPasteMode(isOn: false)
        kill(0, SIGTSTP)  // goes on here when the process is in the foreground again
        rl_prep_terminal(1)
        TerminalModes.takeAllKeys()
        TerminalModes.putPasteMode(isOn: true)
        redraw()
    }

    /// Draws the line over what is in its row. Rows above, of a line that has several, stay as they are: libedit does
    /// not say how many there are.
    private static func redraw() {
        let sequence: StaticString = "\r\u{1B}[J"
        _ = write(STDOUT_FILENO, sequence.utf8Start, sequence.utf8CodeUnitCount)
        rl_forced_update_display()
    }

    // MARK: - Completion

    /// - Parameters:
    ///   - text: the word before the cursor.
    ///   - start: where it begins, in bytes.
    private static func matches(
        _ text: UnsafePointer<CChar>?, _ start: Int32, _ end: Int32
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        rl_attempted_completion_over = 1  // nothing else is tried
        rl_completion_append_character = 0
        guard let text, let buffer = rl_line_buffer else { return nil }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: strlen(buffer))
        let line = String(decoding: bytes.prefix(Int(end)), as: UTF8.self)
        // Of a completed line, what replaces the word.
        let words = complete.withLock { $0 }(line).map {
            String(decoding: $0.utf8.dropFirst(Int(start)), as: UTF8.self)
        }
        found.withLock { $0 = words.reversed() }
        return rl_completion_matches(text) { _, _ in LibEdit.found.withLock { $0.popLast() }.flatMap { strdup($0) } }
    }
}
