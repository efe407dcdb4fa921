/// A JSON text while it is being written, and what its beginning says already.
///
///     var json = PartialJSON()
///     try json.append(#"{"name": "Os"#)
///     json.value  // {"name":"Os"}
///
/// A string that was begun ends where the text ends. A number, a word (`true`) or a key that was begun is left out, and
/// so is a key without a value. Each byte is looked at once; taking the value takes time in proportion to the open
/// arrays and objects.
package struct PartialJSON: Sendable {
    /// The arrays and objects that are open, from the outermost to the innermost.
    private var open: [Container] = []
    /// The whole value, when it is complete.
    private var whole: JSONValue?
    private var next: Next = .value
    private var string = PartialJSONString()
    /// A number or a word.
    private var word: [UInt8] = []
    private var byteCount = 0
    private let limits: JSONLimits

    fileprivate enum Container {
        case array([JSONValue])
        /// - Parameter key: of the member that is being written.
        case object(JSONObject, key: String)
    }

    /// What may come next, besides white space.
    private enum Next {
        case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing
        /// The rest of a string, a key, or a number or word.
        case string, keyString, word
    }

    package init(limits: JSONLimits = .standard) { self.limits = limits }

    // MARK: - What it says

    /// Whether the text is a whole value. A number that is not in an array or object may always go on.
    package var isComplete: Bool { whole != nil }

    /// What the text says so far; nil if it says nothing.
    package var value: JSONValue? {
        if let whole { return whole }
        var inner: JSONValue? = next == .string ? .string(string.value) : nil
        for container in open.reversed() { inner = container.adding(inner) }
        return inner
    }

    /// How many values in `value` are not complete: the whole, its last member or element, the last one of that, and so
    /// on.
    package var openLevels: Int { open.count + (next == .string ? 1 : 0) }

    // MARK: - Reading

    /// - Parameter text: what follows, in whole characters.
    /// - Throws: if the text cannot be the beginning of JSON. Nothing may be appended then.
    package mutating func append(_ text: String) throws(JSONError) {
        let bytes = Array(text.utf8)
        guard byteCount + bytes.count <= limits.byteCount else {
            throw error(.tooLong(byteCount: byteCount + bytes.count, limit: limits.byteCount))
        }
        try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in
            var at = 0
            while at < bytes.count { try read(bytes, &at) }
        }
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) throws(JSONError) {
        if next == .string || next == .keyString {
            let start = at
            defer { byteCount += at - start }
            guard try string.read(bytes, &at, offset: byteCount) else { return }
            let text = string.take()
            if next == .string { return end(.string(text)) }
            if case .object(let members, key: _) = open.last { open[open.count - 1] = .object(members, key: text) }
            next = .colon
            return
        }
        let byte = bytes[at]
        if next == .word {
            guard PartialJSON.delimiters.contains(byte) else {
                word.append(byte)
                (at, byteCount) = (at + 1, byteCount + 1)
                return
            }
            try endWord()
        }
        if !PartialJSON.isSpace(byte) { try begin(byte) }
        (at, byteCount) = (at + 1, byteCount + 1)
    }

    /// Reads a byte that is neither within a string or word nor white space.
    private mutating func begin(_ byte: UInt8) throws(JSONError) {
        switch (byte, next) {
        case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .valueOrEnd):
            try enter(.object(JSONObject(), key: ""))
            next = .keyOrEnd
        case (UInt8(ascii: "["), .value), (UInt8(ascii: "["), .valueOrEnd):
            try enter(.array([]))
            next = .valueOrEnd
        case (UInt8(ascii: "\""), .value), (UInt8(ascii: "\""), .valueOrEnd): next = .string
        case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd): next = .keyString
        case (UInt8(ascii: ":"), .colon): next = .value
        case (UInt8(ascii: "}"), .keyOrEnd), (UInt8(ascii: "}"), .commaOrEnd), (UInt8(ascii: "]"), .valueOrEnd),
            (UInt8(ascii: "]"), .commaOrEnd), (UInt8(ascii: ","), .commaOrEnd):
            try separate(byte)
        case (_, .value), (_, .valueOrEnd):
            guard PartialJSON.wordStarts.contains(byte) else { throw unexpected(byte, "a value") }
            word = [byte]
            next = .word
        default: throw unexpected(byte, expectation)
        }
    }

    private mutating func enter(_ container: Container) throws(JSONError) {
        guard open.count < limits.depth else { throw error(.nestedTooDeeply(limit: limits.depth)) }
        open.append(container)
    }

    /// Reads a comma or the end of a container.
    private mutating func separate(_ byte: UInt8) throws(JSONError) {
        switch (byte, open.last) {
        case (UInt8(ascii: ","), .array): next = .value
        case (UInt8(ascii: ","), .object): next = .key
        case (UInt8(ascii: "]"), .array), (UInt8(ascii: "}"), .object):
            if let value = open.popLast()?.adding(nil) { end(value) }
        default: throw unexpected(byte, expectation)
        }
    }

    /// Adds a complete value to what it is part of.
    private mutating func end(_ value: JSONValue) {
        guard let container = open.popLast() else {
            whole = value
            next = .nothing
            return
        }
        open.append(container.with(value))
        next = .commaOrEnd
    }

    private mutating func endWord() throws(JSONError) {
        let text = String(decoding: word, as: UTF8.self)
        switch text {
        case "true": end(.bool(true))
        case "false": end(.bool(false))
        case "null": end(.null)
        default:
            guard let number = JSONNumber(text) else {
                throw JSONError(
                    problem: .unexpected(text.unicodeScalars.first ?? " ", expected: "a value"),
                    offset: byteCount - word.count)
            }
            end(.number(number))
        }
        word = []
    }

    private static let delimiters = Set<UInt8>(",]} \n\r\t".utf8)
    private static let wordStarts = Set<UInt8>("tfn-0123456789".utf8)

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    // MARK: - Errors

    private var expectation: String {
        switch next {
        case .value, .valueOrEnd, .string, .word: "a value"
        case .key, .keyOrEnd, .keyString: "a key in quotes"
        case .colon: "':'"
        case .commaOrEnd: if case .array = open.last { "',' or ']'" } else { "',' or '}'" }
        case .nothing: "the end"
        }
    }

    private func unexpected(_ byte: UInt8, _ expected: String) -> JSONError {
        error(.unexpected(byte < 0x80 ? Unicode.Scalar(byte) : "\u{FFFD}", expected: expected))
    }

    private func error(_ problem: JSONError.Problem) -> JSONError { JSONError(problem: problem, offset: byteCount) }
}

extension PartialJSON.Container {
    /// The container with what is known of its next value.
    fileprivate func adding(_ value: JSONValue?) -> JSONValue {
        switch value.map(with) ?? self {
        case .array(let elements): .array(elements)
        case .object(let members, key: _): .object(members)
        }
    }

    /// The container with its next value.
    fileprivate consuming func with(_ value: JSONValue) -> Self {
        switch consume self {
        case .array(var elements):
            elements.append(value)
            return .array(elements)
        case .object(var members, let key):
            members[key] = value
            return .object(members, key: key)
        }
    }
}
