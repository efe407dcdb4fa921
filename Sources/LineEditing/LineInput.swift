/// What a user entered, or did instead.
package enum LineInput: Hashable, Sendable {
    /// Without the newline at its end; a paste, or Alt-Enter, may have put newlines into it.
    case line(String)
    /// Ctrl-C
    /// Whether there was anything in the line.
    case interrupted(hadText: Bool)
    /// Ctrl-D, or the terminal has gone.
    case endOfInput
}
