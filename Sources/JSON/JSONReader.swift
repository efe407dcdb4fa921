/// How much JSON is taken from strangers.
public struct JSONLimits: Sendable {
    /// Arrays and objects within one another. Reading uses the stack, about 300 bytes for each.
    public var depth = 256
    /// Bytes of the whole text.
    public var byteCount = 256 << 20

    /// 256 levels and 256 MB.
    public init() {}
    /// See the properties of the same names.
    public init(depth: Int, byteCount: Int) { (self.depth, self.byteCount) = (depth, byteCount) }

    /// 256 levels and 256 MB.
    public static let standard = JSONLimits()
}

extension JSONValue {
    /// Reads one value with nothing but white space around it, as RFC 8259 has it.
    ///
    /// Of equal keys, the last one counts. Half of a surrogate pair (`\ud83d` alone), which some programs write where
    /// they cut a text, becomes U+FFFD, since no string can hold it.
    public init(json text: String, limits: JSONLimits = .standard) throws(JSONError) {
        self = try JSONValue(json: Array(text.utf8), limits: limits)
    }

    /// The same from bytes.
    public init(json bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) in
            try JSONValue(json: bytes, limits: limits)
        }
    }

    /// The same from bytes.
    public init(json bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits = .standard) throws(JSONError) {
        guard bytes.count <= limits.byteCount else {
            throw JSONError(problem: .tooLong(byteCount: bytes.count, limit: limits.byteCount), offset: 0)
        }
        var reader = JSONReader(bytes: bytes, maximumDepth: limits.depth)
        self = try reader.readDocument()
    }
}

/// Reads values from bytes, going once over them.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let maximumDepth: Int
    private var at = 0
    private var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func readDocument() throws(JSONError) -> JSONValue {
        skipSpace()
        guard at < bytes.count else { throw JSONError(problem: .empty, offset: 0) }
        let value = try readValue()
        skipSpace()
        guard at == bytes.count else { throw unexpected("the end") }
        return value
    }

    private mutating func readValue() throws(JSONError) -> JSONValue {
        guard at < bytes.count else { throw error(.unexpectedEnd) }
        switch bytes[at] {
        case UInt8(ascii: "{"): return .object(try readObject())
        case UInt8(ascii: "["): return .array(try readArray())
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default:
            let length = JSONNumber.length(in: bytes, from: at)
            guard length > 0 else { throw unexpected("a value") }
            let text = String(decoding: bytes[at..<at + length], as: UTF8.self)
            at += length
            return .number(JSONNumber(checked: text))
        }
    }

    private mutating func readObject() throws(JSONError) -> JSONObject {
        try enter()
        var object = JSONObject()
        if skip(UInt8(ascii: "}")) { return leave(object) }
        while true {
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[at] == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let key = try readString()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw unexpected("':'") }
            object[key] = try readValue()
            skipSpace()
            if skip(UInt8(ascii: "}")) { return leave(object) }
            guard skip(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
        }
    }

    private mutating func readArray() throws(JSONError) -> [JSONValue] {
        try enter()
        var array: [JSONValue] = []
        if skip(UInt8(ascii: "]")) { return leave(array) }
        while true {
            array.append(try readValue())
            skipSpace()
            if skip(UInt8(ascii: "]")) { return leave(array) }
            guard skip(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
        }
    }

    private mutating func readString() throws(JSONError) -> String {
        var reader = JSONStringReader(bytes: bytes, at: at)
        let string = try reader.read()
        at = reader.at
        return string
    }

    private mutating func readWord(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count else { throw error(.unexpectedEnd) }
            guard bytes[at] == word.utf8Start[index] else { throw unexpected("\(word)") }
            at += 1
        }
        return value
    }

    // MARK: - Nesting and white space

    private mutating func enter() throws(JSONError) {
        guard depth < maximumDepth else { throw error(.nestedTooDeeply(limit: maximumDepth)) }
        depth += 1
        at += 1
        skipSpace()
    }

    private mutating func leave<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    /// Skips `byte`, and white space after it, if it is the next one.
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") { skipSpace() }
        return true
    }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    // MARK: - Errors

    private func error(_ problem: JSONError.Problem) -> JSONError { JSONError(problem: problem, offset: at) }

    private func unexpected(_ expected: String) -> JSONError {
        guard at < bytes.count else { return error(.unexpectedEnd) }
        let rest = String(decoding: bytes[at..<min(at + 4, bytes.count)], as: UTF8.self)
        return error(.unexpected(rest.unicodeScalars.first ?? "\u{FFFD}", expected: expected))
    }
}
