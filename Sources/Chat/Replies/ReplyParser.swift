/// Takes a reply apart as its tokens arrive: thoughts, content and calls of tools.
///
///     var parser = ReplyParser(tools: tools)
///     for piece in pieces { show(parser.append(piece)) }
///     show(parser.finish())
///     return parser.reply
///
/// The result does not depend on how the text is divided into pieces. What is told by an event is never taken back,
/// but for calls that turn out malformed; what cannot be told yet is held back: white space that may be at the end, the
/// beginning of a text that may be a call. Time is linear in the length of the reply, and so is memory.
public struct ReplyParser: Sendable {
    /// How deeply objects and arrays in a call's arguments may be nested.
    public static let maximumDepth = CallReader.maximumDepth

    /// What to do with calls.
    public enum CallPolicy: Sendable {
        /// They become calls.
        case parse
        /// They stay content, as their raw text: the request allowed none.
        case keepAsContent
    }

    private enum Mode {
        /// Nothing has come.
        case start
        /// After a `<|turn>` at the beginning, of which `held` is the rest.
        case turnHeader
        /// At the beginning of a stretch, where a bare call can be.
        case contentStart
        /// `held` may be the beginning of a bare call.
        case bareCallOpening
        /// `heldPieces` are a call if `<tool_call|>` ends them.
        case bareCall
        case content
        /// Behind `<|channel>`: `held` may be the name of the channel.
        case thoughtHeader
        case thought
        case call
        case callAsContent
        case ended
    }

    private let tools: RegisteredTools
    private let calls: CallPolicy
    private let makeID: @Sendable () -> String
    private let promptOpensThought: Bool

    private var mode = Mode.start
    private var held = ""
    private var bareCallOpening: BareCallOpening
    private var heldPieces: [ReplyPiece] = []
    /// What was held is being read again: it was no call, and neither is anything in it.
    private var isReplaying = false
    /// In a bare call, or a call that stays content.
    private var isInString = false
    private var block: CallBlock?

    private var reasoning = TrimmedText()
    private var content: TrimmedText
    private var toolCalls: [ToolCall] = []
    private var malformedCalls: [MalformedCall] = []
    private var isTruncated = false
    private var events: [ReplyEvent] = []

    /// - Parameters:
    ///   - tools: what the model was told that it may call.
    ///   - promptOpensThought: whether the prompt ended within a thought; see ``SpecialToken/opensThought(_:)``.
    ///   - calls: what becomes of calls.
    ///   - trimsContent: whether white space at the ends of the content is left out. A content that had to be of a
    ///     certain form is wanted as it is.
    ///   - makeID: makes the id of a call.
    public init(
        tools: [ToolDescription] = [], promptOpensThought: Bool = false, calls: CallPolicy = .parse,
        trimsContent: Bool = true, makeID: @escaping @Sendable () -> String = { .randomCallID() }
    ) {
        content = TrimmedText(isTrimmed: trimsContent)
        self.tools = RegisteredTools(tools)
        self.calls = calls
        self.makeID = makeID
        self.promptOpensThought = promptOpensThought
        bareCallOpening = BareCallOpening(names: [])
    }

    /// What has been read so far; after ``finish(truncated:)`` the reply.
    public var reply: Reply {
        var reply = Reply()
        reply.reasoning = reasoning.text
        reply.content = content.text
        reply.toolCalls = toolCalls
        reply.malformedCalls = malformedCalls
        reply.finishReason = !toolCalls.isEmpty ? .toolCalls : isTruncated ? .length : .stop
        return reply
    }

    /// White space behind the content so far, which becomes part of it if text follows.
    package var spaceBehindContent: String { content.held }

    /// Whether a token has ended the reply. What follows is ignored.
    public var isEnded: Bool { mode == .ended }

    /// - Returns: what the piece makes known.
    public mutating func append(_ piece: ReplyPiece) -> [ReplyEvent] {
        read(piece)
        defer { events = [] }
        return events
    }

    /// To be called once, after the last piece.
    ///
    /// - Parameter truncated: whether the limit of tokens cut the reply off.
    /// - Returns: what was held back until now.
    public mutating func finish(truncated: Bool = false) -> [ReplyEvent] {
        isTruncated = truncated
        settle()
        if mode == .bareCall { replay() }
        if mode == .call { endBlock(nil) }
        mode = .ended
        defer { events = [] }
        return events
    }

    private mutating func read(_ piece: ReplyPiece) {
        switch piece {
        case .text(let text): read(text[...])
        case .special(let token): read(token)
        }
    }

    // MARK: - Text

    private mutating func read(_ text: Substring) {
        var text = text
        // A mode that is left hands on what it did not take.
        while !text.isEmpty {
            switch mode {
            case .start: begin()
            case .turnHeader: readTurnHeader(&text)
            case .contentStart: readContentStart(&text)
            case .bareCallOpening: readBareCallOpening(&text)
            case .bareCall: holdBack(.text(take(&text)))
            case .content, .callAsContent: tell(content: take(&text))
            case .thoughtHeader: readThoughtHeader(&text)
            case .thought: tell(reasoning: take(&text))
            case .call: readInCall(.text(take(&text)))
            case .ended: return
            }
        }
    }

    private func take(_ text: inout Substring) -> String {
        defer { text = "" }
        return String(text)
    }

    private mutating func begin() { mode = promptOpensThought ? .thought : .contentStart }

    /// The model may repeat the header that the prompt ended with. Any other turn is not the reply.
    private mutating func readTurnHeader(_ text: inout Substring) {
        while mode == .turnHeader, let scalar = text.unicodeScalars.popFirst() {
            held.unicodeScalars.append(scalar)
            if held.utf8.elementsEqual("model\n".utf8) {
                held = ""
                begin()
            } else if !"model\n".utf8.starts(with: held.utf8) {
                mode = .ended
            }
        }
    }

    private mutating func readContentStart(_ text: inout Substring) {
        let start = text.utf8.firstIndex { !$0.isSpace } ?? text.endIndex
        tell(content: String(text[..<start]))
        text = text[start...]
        guard !text.isEmpty else { return }
        guard calls == .parse, !isReplaying, !tools.names.isEmpty else { return mode = .content }
        bareCallOpening = BareCallOpening(names: tools.names)
        mode = .bareCallOpening
    }

    private mutating func readBareCallOpening(_ text: inout Substring) {
        let bytes = text.utf8
        for index in bytes.indices {
            switch bareCallOpening.append(bytes[index]) {
            case .possible: continue
            case .yes:
                held += text
                mode = .bareCall
                isInString = false
                holdBack(.text(held))
                held = ""
            case .no:
                held += text
                settle()
            }
            text = ""
            return
        }
        held += text
        text = ""
    }

    private mutating func readThoughtHeader(_ text: inout Substring) {
        let name = "thought"
        while mode == .thoughtHeader, let scalar = text.unicodeScalars.first {
            if held == name {
                mode = .thought
                held = ""
                if !scalar.isASCII || !UInt8(ascii: scalar).isSpace { tell(reasoning: name) }
            } else {
                held.unicodeScalars.append(scalar)
                text.unicodeScalars.removeFirst()
                if !name.utf8.starts(with: held.utf8) { settle() }
            }
        }
    }

    /// What was held back for its resemblance is text after all, or the name of a channel that ends here.
    private mutating func settle() {
        guard !held.isEmpty else { return }
        let text = held
        held = ""
        switch mode {
        case .bareCallOpening:
            mode = .content
            tell(content: text)
        case .thoughtHeader:
            mode = .thought
            if text != "thought" { tell(reasoning: text) }
        default: break
        }
    }

    // MARK: - Special tokens

    private mutating func read(_ token: SpecialToken) {
        if mode == .start {
            guard token != .turnStart else { return mode = .turnHeader }
            begin()
        }
        settle()
        if mode == .bareCall, !readInBareCall(token) { return }
        if mode == .call {
            guard block?.isEnded(by: token) == true else { return readInCall(.special(token)) }
            endBlock(token)
            if token == .callEnd { return }
        }
        if mode == .callAsContent, !readInCallAsContent(token) { return }
        guard mode != .ended else { return }
        guard !token.endsReply, mode != .turnHeader else { return mode = .ended }

        let isThinking = mode == .thought || mode == .thoughtHeader
        switch token {
        case .thoughtStart:
            reasoning.beginBlock()
            mode = .thoughtHeader
        case .thoughtEnd: mode = .contentStart
        case .callStart: beginCall()
        case .delimiter where isThinking:
            mode = .thought
            tell(reasoning: token.text)
        case .delimiter:
            mode = .content
            tell(content: token.text)
        default:
            if !isThinking { mode = .contentStart }
        }
    }

    private mutating func beginCall() {
        switch calls {
        case .parse:
            beginBlock(.callStart)
        case .keepAsContent:
            mode = .callAsContent
            isInString = false
            tell(content: SpecialToken.callStart.text)
        }
    }

    /// - Returns: whether it ends the call, and has to be read as what follows it.
    private mutating func readInCallAsContent(_ token: SpecialToken) -> Bool {
        if token.endsReply || token == .callStart && !isInString { return true }
        tell(content: token.text)
        if token == .delimiter { isInString.toggle() }
        if token == .callEnd { mode = .contentStart }
        return false
    }

    // MARK: - Calls

    private mutating func beginBlock(_ opening: SpecialToken?) {
        mode = .call
        block = CallBlock(opening: opening, firstIndex: toolCalls.count, tools: tools, makeID: makeID)
    }

    private mutating func readInCall(_ piece: ReplyPiece) {
        let more = block?.append(piece) ?? []
        for event in more { events.add(event) }
    }

    private mutating func endBlock(_ token: SpecialToken?) {
        guard let (events, calls, malformed) = block?.finish(token, isTruncated: token == nil && isTruncated) else {
            return
        }
        block = nil
        mode = .contentStart
        for event in events { self.events.add(event) }
        toolCalls += calls
        if let malformed { malformedCalls.append(malformed) }
    }

    private mutating func holdBack(_ piece: ReplyPiece) { heldPieces.append(piece) }

    /// - Returns: whether the call was none, and the token has to be read as what follows the text.
    private mutating func readInBareCall(_ token: SpecialToken) -> Bool {
        if token == .callEnd {
            beginBlock(nil)
            let pieces = heldPieces
            heldPieces = []
            for piece in pieces { readInCall(piece) }
            endBlock(token)
            return false
        }
        if token.endsReply || token == .callStart && !isInString {
            replay()
            return true
        }
        if token == .delimiter { isInString.toggle() }
        holdBack(.special(token))
        return false
    }

    /// Reads what was held as a possible call for what it is then: content.
    private mutating func replay() {
        let pieces = heldPieces
        heldPieces = []
        mode = .content
        isReplaying = true
        for piece in pieces { read(piece) }
        settle()
        isReplaying = false
    }

    // MARK: - Events

    private mutating func tell(content text: String) {
        let delta = content.append(text[...])
        if !delta.isEmpty { events.add(.content(delta)) }
    }

    private mutating func tell(reasoning text: String) {
        let delta = reasoning.append(text[...])
        if !delta.isEmpty { events.add(.reasoning(delta)) }
    }
}
