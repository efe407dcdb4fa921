import JSON

/// Reads the text of calls as it arrives, from behind `<|tool_call>` to its end.
///
/// It goes once over the text. Where it must look ahead (is this a key or a delimiter too many?) it remembers how far
/// it came, so that no byte is looked at more than a few times, whatever the pieces. Between two pieces all that it
/// knows is in its properties: there is no recursion, and `stack` is at most `maximumDepth` high.
struct CallReader {
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

    /// What is expected at `at`, or being read.
    enum State {
        case name, braces, afterCall, dropped
        case member, delimitedKey, quotedKey, bareKey, colon
        case element, value, string, quotedValue, bareValue
    }

    static let maximumDepth = 64

    let tools: RegisteredTools
    var output: CallWriter

    /// The text, tokens in it as bytes that text does not have.
    var body: [UInt8] = []
    var ending: Ending?
    var failure: Failure?

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

    var name: [UInt8] = []
    var key: [UInt8] = []
    /// The schema of the value that comes next.
    var schema: JSONValue?
    /// The objects and arrays that are open.
    var stack: [Container] = []
    /// The height of the stack at which a value that does not count will end: the key was there before.
    private var mutedHeight: Int?

    init(firstIndex: Int, tools: RegisteredTools, makeID: @escaping @Sendable () -> String) {
        self.tools = tools
        output = CallWriter(firstIndex: firstIndex, makeID: makeID)
    }

    // MARK: - Places

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

    // MARK: - Values

    /// At an opening bracket.
    mutating func open(_ kind: Container.Kind, schema: JSONValue?) throws(Failure) {
        if stack.count == CallReader.maximumDepth { throw .depth }
        output.write(kind == .array ? "[" : "{")
        stack.append(Container(kind, schema: schema))
        move(to: at + 1, kind == .array ? .element : .member)
    }

    /// Behind the closing bracket, or where it should be.
    mutating func close() {
        guard let container = stack.popLast() else { return }
        output.write(container.kind == .array ? "]" : "}")
        endValue()
    }

    mutating func endValue() {
        if mutedHeight == stack.count {
            mutedHeight = nil
            output.isMuted = false
        }
        guard let container = stack.last else { return move(to: at, .afterCall) }
        move(to: at, container.kind == .array ? .element : .member)
    }

    /// Leaves the value that begins out of the arguments.
    mutating func muteValue() {
        guard mutedHeight == nil else { return }
        mutedHeight = stack.count
        output.isMuted = true
    }
}
