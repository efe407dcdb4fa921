/// A string of the interpreter: UTF-8, and which of its bytes came from the context.
///
/// Strings of templates are sequences of Unicode scalars, as in Python: neither graphemes nor bytes. Offsets and ranges
/// here are in bytes, and always between scalars.
struct Text: Sendable {
    let bytes: [UInt8]
    let origin: Origin
    /// Whether this went through `safe` or `escape`. What `+` and `%` add to it is escaped for HTML, although Jinja
    /// escapes nothing else in a chat template.
    private(set) var isMarkup = false

    init(_ bytes: [UInt8], _ origin: Origin) {
        self.bytes = bytes
        self.origin = bytes.isEmpty ? .template : origin
    }

    /// Text of the template.
    init(_ string: String) { self.init(Array(string.utf8), .template) }

    /// Text that was computed from `sources`: the context's if anything in them was.
    init(_ bytes: [UInt8], computedFrom sources: Text...) {
        self.init(bytes, sources.contains { $0.origin.isTouched } ? .context : .template)
    }

    init(_ string: String, computedFrom source: Text) { self.init(Array(string.utf8), computedFrom: source) }

    static let empty = Text([], .template)

    func asMarkup(_ isMarkup: Bool = true) -> Text {
        var text = self
        text.isMarkup = isMarkup
        return text
    }

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }
    var string: String { String(decoding: bytes, as: UTF8.self) }
    var scalars: String.UnicodeScalarView { string.unicodeScalars }

    subscript(range: Range<Int>) -> Text {
        range.count == count ? self : Text(Array(bytes[range]), origin.of(range)).asMarkup(isMarkup)
    }
    subscript(range: PartialRangeFrom<Int>) -> Text { self[range.lowerBound..<count] }
    subscript(range: PartialRangeUpTo<Int>) -> Text { self[0..<range.upperBound] }
}

extension Text: Hashable {
    /// The origin does not matter for what a template decides.
    static func == (left: Text, right: Text) -> Bool { left.bytes == right.bytes }
    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension Text: ExpressibleByStringLiteral {
    init(stringLiteral value: StaticString) {
        self.init(value.withUTF8Buffer { Array($0) }, .template)
    }
}

// MARK: - Scalars

extension Text {
    var isASCII: Bool {
        bytes.withUnsafeBytes { bytes in
            var at = 0
            while at + 8 <= bytes.count {
                if bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
                    return false
                }
                at += 8
            }
            while at < bytes.count {
                if bytes[at] >= 0x80 { return false }
                at += 1
            }
            return true
        }
    }

    /// What Python calls the length.
    var scalarCount: Int {
        var continuations = 0
        for byte in bytes where byte & 0xC0 == 0x80 { continuations += 1 }
        return count - continuations
    }

    /// The length of the scalar that begins at `offset`.
    func scalarLength(at offset: Int) -> Int {
        switch bytes[offset] {
        case ..<0x80: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    /// The offset of the scalar with this number; the end for any number beyond.
    func offset(ofScalar number: Int) -> Int {
        if isASCII { return min(number, count) }
        var offset = 0
        var left = number
        while left > 0, offset < count {
            offset += scalarLength(at: offset)
            left -= 1
        }
        return offset
    }

    /// The number of scalars before `offset`.
    func scalarNumber(at offset: Int) -> Int { self[0..<offset].scalarCount }

    /// The offsets at which scalars begin, and the end.
    var scalarOffsets: [Int] {
        var offsets: [Int] = []
        offsets.reserveCapacity(count + 1)
        for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 { offsets.append(offset) }
        offsets.append(count)
        return offsets
    }

    /// The scalar at `offset` as a text of its own.
    func character(at offset: Int) -> Text { self[offset..<offset + scalarLength(at: offset)].asMarkup(false) }

    /// The offset of the scalar that ends at `offset`, which is not 0.
    func offset(before offset: Int) -> Int {
        var offset = offset - 1
        while bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
        return offset
    }
}
