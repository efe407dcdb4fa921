/// A string of a JSON text while it is being written.
struct PartialJSONString: Sendable {
    /// Its characters so far. An escape that was begun is left out.
    private(set) var value = ""
    /// An escape that was begun, from the backslash on.
    private var escape: [UInt8] = []
    /// The first half of a surrogate pair.
    private var surrogate: UInt32?

    /// Reads on, to behind the closing quote if it is there.
    /// - Parameters:
    ///   - at: the place to read from; afterwards that of what follows.
    ///   - offset: how many bytes of the whole text precede.
    /// - Returns: whether the closing quote was read.
    mutating func read(
        _ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int, offset: Int
    ) throws(JSONError) -> Bool {
        let first = at
        while at < bytes.count {
            let byte = bytes[at]
            if !escape.isEmpty || byte == UInt8(ascii: "\\") {
                escape.append(byte)
                at += 1
                guard readEscape() else {
                    throw JSONError(problem: .invalidEscape, offset: offset + at - first - escape.count)
                }
                continue
            }
            addLoneSurrogate()
            guard byte >= 0x20 else {
                throw JSONError(problem: .controlCharacter(byte), offset: offset + at - first)
            }
            guard byte != UInt8(ascii: "\"") else {
                at += 1
                return true
            }
            let start = at
            while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\")
            {
                at += 1
            }
            value += String(decoding: bytes[start..<at], as: UTF8.self)
        }
        return false
    }

    /// The string, which is complete. The next one begins empty.
    mutating func take() -> String {
        defer { self = PartialJSONString() }
        return value
    }

    /// Takes the escape if it is complete.
    /// - Returns: false if it is not one of JSON's.
    private mutating func readEscape() -> Bool {
        guard escape.count > 1 else { return true }
        let scalar: UInt32
        switch escape[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = UInt32(escape[1])
        case UInt8(ascii: "b"): scalar = 0x08
        case UInt8(ascii: "f"): scalar = 0x0C
        case UInt8(ascii: "n"): scalar = 0x0A
        case UInt8(ascii: "r"): scalar = 0x0D
        case UInt8(ascii: "t"): scalar = 0x09
        case UInt8(ascii: "u"):
            var code: UInt32 = 0
            for byte in escape[2...] {
                guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return false }
                code = code << 4 | UInt32(digit)
            }
            guard escape.count == 6 else { return true }
            scalar = code
        default: return false
        }
        escape = []
        add(scalar)
        return true
    }

    private mutating func add(_ code: UInt32) {
        if let first = surrogate, 0xDC00...0xDFFF ~= code {
            surrogate = nil
            append(0x10000 + (first - 0xD800) << 10 + (code - 0xDC00))
            return
        }
        addLoneSurrogate()
        if 0xD800...0xDBFF ~= code { surrogate = code } else { append(code) }
    }

    /// Half of a pair becomes U+FFFD, as no string can hold it.
    private mutating func addLoneSurrogate() {
        guard surrogate != nil else { return }
        surrogate = nil
        value += "\u{FFFD}"
    }

    private mutating func append(_ code: UInt32) {
        value.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
    }
}
