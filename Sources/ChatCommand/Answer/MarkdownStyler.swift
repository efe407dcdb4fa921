/// Colours Markdown as it arrives: emphasis, code and headings. No character is left out or moved, so what is copied
/// from the terminal is what the model wrote; the characters of the markup are dim.
///
/// Any division into pieces gives the same. Held back are only a run of `*`, `_`, `` ` ``, `~` or `#`, up to the
/// character behind it, since what that is decides what the run means. Emphasis ends with its line at the latest, so
/// that one that is never closed does little harm.
package struct MarkdownStyler: Sendable {
    private enum Block: Hashable {
        case text, heading
        /// After the opening fence, on its line.
        case fenceLine(Fence)
        case code(Fence)
    }

    private struct Fence: Hashable {
        let mark: Unicode.Scalar
        let count: Int
    }

    private var block = Block.text
    /// Only white space so far.
    private var isAtLineStart = true
    private var last: Unicode.Scalar = "\n"
    private var isEscaped = false
    /// The marks that opened emphasis; nil if there is none.
    private var bold: Unicode.Scalar?
    private var italic: Unicode.Scalar?
    /// How many backticks end the code span; nil outside of one.
    private var span: Int?
    /// A run of marks whose meaning is not known yet.
    private var run: (mark: Unicode.Scalar, count: Int)?

    private var output = ""
    /// What the terminal is set to.
    private var written = TextStyle.plain

    package init() {}

    /// - Parameter text: fit for a terminal already, see `TerminalText`.
    /// - Returns: what is to be written.
    package mutating func add(_ text: String) -> String {
        for scalar in text.unicodeScalars { read(scalar) }
        defer { output = "" }
        return output
    }

    /// What was held back, and the end of all styles.
    package mutating func end() -> String {
        endRun(before: "\n")
        set(.plain)
        defer { self = MarkdownStyler() }
        return output
    }

    private mutating func read(_ scalar: Unicode.Scalar) {
        if let run, run.mark == scalar {
            self.run?.count += 1
            return
        }
        endRun(before: scalar)
        if isMark(scalar), !isEscaped {
            run = (scalar, 1)
            return
        }
        write(scalar)
    }

    private func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch (scalar, block) {
        case ("`", .text), ("`", .heading): true
        case ("*", .text), ("*", .heading), ("_", .text), ("_", .heading): span == nil
        case ("~", .text), ("#", .text): isAtLineStart && span == nil
        case ("`", .fenceLine(let fence)): fence.mark == "`"
        case (_, .code(let fence)): isAtLineStart && scalar == fence.mark
        default: false
        }
    }

    // MARK: - Runs

    private mutating func endRun(before next: Unicode.Scalar) {
        guard let (mark, count) = run else { return }
        run = nil
        switch block {
        case .code(let fence):
            let isEnd = count >= fence.count && next.properties.isWhitespace
            if isEnd { block = .text }
            put(mark, count, isEnd ? .dim : style)
            return
        case .fenceLine:
            // Backticks in the line of a fence: it was a code span.
            block = .text
            span = nil
            put(mark, count, .dim)
            return
        case .text where isAtLineStart && count >= 3 && (mark == "`" || mark == "~"):
            put(mark, count, .dim)
            block = .fenceLine(Fence(mark: mark, count: count))
            return
        case .text where mark == "#" && count <= 6 && (next == " " || next == "\n"):
            put(mark, count, .dim)
            block = .heading
            return
        case .text, .heading: break
        }
        switch mark {
        case "`":
            if span == count { span = nil } else if span == nil { span = count } else { return put(mark, count, style) }
            put(mark, count, .dim)
        case "*", "_": emphasize(mark, count, next)
        default: put(mark, count, style)
        }
    }

    /// CommonMark's rule of flanking runs, but for `*` within a word, which is more often a product than emphasis.
    private mutating func emphasize(_ mark: Unicode.Scalar, _ count: Int, _ next: Unicode.Scalar) {
        let before = Surrounding(last)
        let after = Surrounding(next)
        let canClose = before != .space && (before != .punctuation || after != .word)
        let canOpen = after != .space && before != .word && (after != .punctuation || before != .word)
        if canClose, after != .word || mark == "*" {
            switch count {
            case 1 where italic == mark: italic = nil
            case 2 where bold == mark: bold = nil
            case 3 where bold == mark && italic == mark: (bold, italic) = (nil, nil)
            default: return open(mark, count, canOpen)
            }
            put(mark, count, .dim)
        } else {
            open(mark, count, canOpen)
        }
    }

    private mutating func open(_ mark: Unicode.Scalar, _ count: Int, _ canOpen: Bool) {
        guard canOpen else { return put(mark, count, style) }
        switch count {
        case 1 where italic == nil: italic = mark
        case 2 where bold == nil: bold = mark
        case 3 where bold == nil && italic == nil: (bold, italic) = (mark, mark)
        default: return put(mark, count, style)
        }
        put(mark, count, .dim)
    }

    // MARK: - Characters

    private var style: TextStyle {
        switch block {
        case .text: TextStyle(isBold: bold != nil, isItalic: italic != nil, isCode: span != nil)
        case .heading: TextStyle(isBold: true, isItalic: italic != nil, isCode: span != nil)
        case .fenceLine: .dim
        case .code: TextStyle(isCode: true)
        }
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        isEscaped = scalar == "\\" && !isEscaped && span == nil && (block == .text || block == .heading)
        if scalar == "\n" { return endLine() }
        put(scalar, 1, style)
    }

    private mutating func put(_ scalar: Unicode.Scalar, _ count: Int, _ style: TextStyle) {
        // A space looks the same in all of these.
        if scalar != " " { set(style) }
        for _ in 0..<count { output.unicodeScalars.append(scalar) }
        last = scalar
        if !(scalar == " " || scalar == "\t") { isAtLineStart = false }
    }

    private mutating func endLine() {
        (bold, italic, span) = (nil, nil, nil)
        switch block {
        case .heading: block = .text
        case .fenceLine(let fence): block = .code(fence)
        case .text, .code: break
        }
        set(.plain)
        output.unicodeScalars.append("\n")
        last = "\n"
        isAtLineStart = true
    }

    private mutating func set(_ style: TextStyle) {
        guard style != written else { return }
        output += style == .plain ? TextStyle.reset : style.sequence
        written = style
    }
}

/// What a run of marks stands beside.
private enum Surrounding {
    case space, punctuation, word

    init(_ scalar: Unicode.Scalar) {
        if scalar.properties.isWhitespace {
            self = .space
        } else {
            switch scalar.properties.generalCategory {
            case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
                self = .punctuation
            default: self = .word
            }
        }
    }
}
