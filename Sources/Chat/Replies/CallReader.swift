import JSON

/// Reads the text of calls as it arrives, from behind `<|tool_call>` to its end, and writes their arguments as JSON.
///
/// It goes once over the text. Where it must look ahead (is this a key or a delimiter too many?) it remembers how far
/// it came, so that no byte is looked at more than a few times, whatever the pieces. Between two pieces all that it
/// knows is in its properties: there is no recursion, and `stack` is at most ``ReplyParser/maximumDepth`` high.
struct CallReader {
    struct Call {
        let id: String
        let name: String
        var arguments: [UInt8] = []
        /// How much of `arguments` an event has told.
        var toldCount = 0
    }

    /// How the text ends.
    enum Ending {
        /// By `<tool_call|>`, which closes what is open.
        case closed
        case cut
    }

    enum Failure: Error {
        case syntax, depth
        /// The text ends too early.
        case incomplete
    }

    enum State {
        case name, braces, afterCall, dropped
        case member, delimitedKey, quotedKey, bareKey, colon
        case element, value, string, quotedValue, bareValue
    }

    let tools: RegisteredTools
    private let firstIndex: Int
    private let makeID: @Sendable () -> String

    /// The text, tokens in it as bytes that text does not have.
    private(set) var body: [UInt8] = []
    var ending: Ending?
    private(set) var failure: Failure?

    var state = State.name
    /// What has been read of `body`.
    var at = 0
    /// How far a look ahead came, if it was farther.
    var ahead = 0
    /// The end of what a look ahead has found, if it needs to look at what follows.
    var found: Int?
    var memberLookahead: MemberLookahead?
    /// Whether the bare value has a comma, after which it is neither number nor word.
    var hasComma = false

    /// The objects and arrays that are open.
    var stack: [Container] = []
    var key: [UInt8] = []
    /// The schema of the value that comes next.
    var schema: JSONValue?
    /// The height of the stack at which a value that does not count will end: the key was there before.
    private var mutedHeight: Int?

    private(set) var calls: [Call] = []
    private var events: [ReplyEvent] = []

    init(firstIndex: Int, tools: RegisteredTools, makeID: @escaping @Sendable () -> String) {
        (self.firstIndex, self.tools, self.makeID) = (firstIndex, tools, makeID)
    }

    // MARK: - Input

    mutating func append(_ text: String) -> [ReplyEvent] {
        body.append(contentsOf: text.utf8)
        return advance()
    }

    mutating func appendDelimiter() -> [ReplyEvent] {
        body.append(.delimiter)
        return advance()
    }

    /// A token that is no part of a call.
    mutating func appendForeign(_ token: SpecialToken) -> [ReplyEvent] {
        body.append(.foreign)
        return append(token.text)
    }

    /// The calls are complete if there is no `failure` then.
    mutating func finish(_ ending: Ending) -> [ReplyEvent] {
        self.ending = ending
        return advance()
    }

    private mutating func advance() -> [ReplyEvent] {
        if failure == nil {
            do {
                while try step() {}
            } catch {
                failure = error
            }
            tellArguments()
        }
        defer { events = [] }
        return events
    }

    /// - Returns: whether there may be more to do with what has arrived.
    private mutating func step() throws(Failure) -> Bool {
        switch state {
        case .name: try readName()
        case .braces: try readBraces()
        case .afterCall: readAfterCall()
        case .dropped: drop()
        case .member: try readMember()
        case .delimitedKey: try readDelimitedKey()
        case .quotedKey: readQuotedKey()
        case .bareKey: try readBareKey()
        case .colon: try readColon()
        case .element: try readElement()
        case .value: try readValue()
        case .string: try readString()
        case .quotedValue: readQuotedValue()
        case .bareValue: try readBareValue()
        }
    }

    mutating func move(to place: Int, _ state: State) {
        at = place
        self.state = state
        ahead = 0
        found = nil
    }

    /// The next byte that is not white space. Nil if none has come.
    mutating func skipSpace() -> UInt8? {
        while at < body.count, body[at].isSpace { at += 1 }
        return at < body.count ? body[at] : nil
    }

    /// For where a call must not end.
    ///
    /// - Returns: false: there is nothing to do until more has come.
    func wait() throws(Failure) -> Bool {
        if ending != nil { throw .incomplete }
        return false
    }

    // MARK: - Output

    mutating func beginCall(_ name: String) {
        let call = Call(id: makeID(), name: name)
        events.append(.callBegan(index: firstIndex + calls.count, id: call.id, name: call.name))
        calls.append(call)
    }

    /// Writes JSON to the arguments of the last call.
    mutating func write(_ json: some Sequence<UInt8>) {
        if mutedHeight == nil { calls[calls.count - 1].arguments.append(contentsOf: json) }
    }

    mutating func write(_ json: Unicode.Scalar) { write(CollectionOfOne(UInt8(ascii: json))) }

    /// Writes a part of a JSON string.
    mutating func writeEscaped(_ text: some Sequence<UInt8>) {
        for byte in text where byte != .foreign {
            if byte < 0x20 || byte == "\"" || byte == "\\", let escape = jsonEscape(of: byte) {
                write(escape.utf8)
            } else {
                write(CollectionOfOne(byte))
            }
        }
    }

    mutating func writeString(_ text: some Sequence<UInt8>) {
        write("\"")
        writeEscaped(text)
        write("\"")
    }

    /// What is written now is forgotten until the value that begins has ended.
    mutating func mute() {
        if mutedHeight == nil { mutedHeight = stack.count }
    }

    mutating func endValue() {
        if mutedHeight == stack.count { mutedHeight = nil }
        guard let container = stack.last else { return move(to: at, .afterCall) }
        move(to: at, container.isArray ? .element : .member)
    }

    mutating func tellArguments() {
        guard let call = calls.last, call.toldCount < call.arguments.count else { return }
        let delta = String(decoding: call.arguments[call.toldCount...], as: UTF8.self)
        events.append(.arguments(index: firstIndex + calls.count - 1, delta))
        calls[calls.count - 1].toldCount = call.arguments.count
    }
}
