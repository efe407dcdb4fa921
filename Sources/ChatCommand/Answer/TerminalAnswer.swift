internal import Foundation

/// The answer for a person at a terminal: Markdown coloured, thoughts dim or folded, calls and their results.
struct TerminalAnswer: AnswerView {
    private enum Part {
        case none, thought, answer
    }

    let streams: ChatStreams
    let showsThoughts: Bool
    private let clock = ContinuousClock()

    private var part = Part.none
    private var text = TerminalText()
    private var markdown = MarkdownStyler()
    private var thoughtBegan: ContinuousClock.Instant?
    /// Whether the cursor is not at the beginning of a line.
    private var isInLine = false

    init(streams: ChatStreams, showsThoughts: Bool) {
        (self.streams, self.showsThoughts) = (streams, showsThoughts)
    }

    mutating func show(_ event: AnswerEvent) throws {
        switch event {
        case .prompt(let done, let total):
            // A short one has been read before anyone has read this.
            if total >= 512 { streams.progress("[reading \(done) of \(total) tokens]") }
        case .reasoning(let piece): try think(piece)
        case .content(let piece):
            try enter(.answer)
            try write(text.add(piece))
        case .toolCall(let call):
            try enter(.none)
            // All of it: the user is asked about what is shown.
            streams.remark(TerminalText.shown("[calls \(call.name) \(call.arguments)]"))
        case .malformedCall(let call):
            try enter(.none)
            streams.remark("[a call that cannot be read (\(call.reason.rawValue)): \(excerpt(call.raw))]")
        case .toolOutput(let call, let output):
            try enter(.none)
            streams.remark("[\(TerminalText.shown(call.name)): \(excerpt(output))]")
        case .finished(let summary):
            try enter(.none)
            streams.remark(summary.line)
            if let warning = summary.warning { streams.remark(warning) }
        }
    }

    mutating func end() throws { try enter(.none) }

    private mutating func think(_ piece: String) throws {
        try enter(.thought)
        guard showsThoughts else { return }
        try write(text.add(piece))
    }

    /// Ends the part under way, if another one begins.
    private mutating func enter(_ next: Part) throws {
        streams.progress(nil)
        if next == .thought, part == .thought, !showsThoughts { return streams.progress("[thinking…]") }
        guard next != part else { return }
        if part != .none {
            try write(text.end())
            if part == .answer, streams.hasColors { try put(markdown.end()) }
            if part == .thought, streams.hasColors, showsThoughts { try put(TextStyle.reset) }
            if isInLine { try put("\n") }
        }
        if part == .thought, let began = thoughtBegan {
            let seconds = (clock.now - began) / .seconds(1)
            streams.remark("[thought for \(String(format: "%.1f", seconds)) s]")
        }
        part = next
        guard next == .thought else { return }
        thoughtBegan = clock.now
        if showsThoughts {
            if streams.hasColors { try put(TextStyle.dim.sequence) }
        } else {
            streams.progress("[thinking…]")
        }
    }

    /// Text that is fit for the terminal.
    private mutating func write(_ text: String) throws {
        guard !text.isEmpty else { return }
        try put(part == .answer && streams.hasColors ? markdown.add(text) : text)
        if let last = text.unicodeScalars.last { isInLine = last != "\n" }
    }

    private mutating func put(_ text: String) throws {
        guard !text.isEmpty else { return }
        try streams.write(text)
        if text == "\n" { isInLine = false }
    }

    /// The beginning of a text that may be long, on one line.
    private func excerpt(_ text: String) -> String {
        let short = text.unicodeScalars.prefix(400)
        let line = String(short).split(whereSeparator: \.isNewline).joined(separator: " ")
        return TerminalText.shown(line) + (short.endIndex < text.unicodeScalars.endIndex ? " …" : "")
    }
}

extension AnswerSummary {
    /// From here on the user is told that the context ends soon.
    static let fullnessOfWarning = 0.9

    /// `[12.3 tokens/s, 340 tokens; context 1203 of 4096 (29 %)]`
    fileprivate var line: String {
        let speed = String(format: "%.1f tokens/s", generatedTokensPerSecond)
        let percent = String(format: "%.0f %%", fullness * 100)
        let ending: String? =
            switch end {
            case .endOfText, .stopString: nil
            case .maximumTokens: "ended at the limit of tokens"
            case .contextFull: "ended because the context is full"
            }
        let parts = [speed, "\(generatedTokens) tokens", "context \(contextTokens) of \(contextLength) (\(percent))"]
        return "[" + (parts + (ending.map { [$0] } ?? [])).joined(separator: ", ") + "]"
    }

    fileprivate var warning: String? {
        guard fullness >= Self.fullnessOfWarning else { return nil }
        return """
            [the context is nearly full: /clear starts over, /undo takes back the last turn; -c makes it longer at the \
            next start]
            """
    }
}
