/// What is at a position of bytes that should be UTF-8 (The Unicode Standard, table 3-7).
@usableFromInline
package enum UTF8Sequence: Equatable {
    /// A complete character of this many bytes.
    case character(Int)
    /// This many bytes begin a character that the next byte does not continue.
    case invalid(Int)
    /// This many bytes begin a character, and then the input ends.
    case incomplete(Int)

    /// The number of bytes that belong together.
    @inlinable package var byteCount: Int {
        switch self {
        case .character(let count), .invalid(let count), .incomplete(let count): count
        }
    }

    /// - Parameter start: a valid index of `bytes`.
    @inlinable package init(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) {
        let expected: Int
        // After four of the first bytes, the range of the second is narrower. This excludes overlong forms, surrogates,
        // and anything beyond U+10FFFF.
        var continuation: ClosedRange<UInt8> = 0x80...0xBF
        switch bytes[start] {
        case 0x00...0x7F:
            self = .character(1)
            return
        case 0xC2...0xDF: expected = 2
        case 0xE0: (expected, continuation) = (3, 0xA0...0xBF)
        case 0xED: (expected, continuation) = (3, 0x80...0x9F)
        case 0xE1...0xEF: expected = 3
        case 0xF0: (expected, continuation) = (4, 0x90...0xBF)
        case 0xF4: (expected, continuation) = (4, 0x80...0x8F)
        case 0xF1...0xF3: expected = 4
        default:
            self = .invalid(1)
            return
        }
        for count in 1..<expected {
            guard start + count < bytes.count else {
                self = .incomplete(count)
                return
            }
            guard continuation.contains(bytes[start + count]) else {
                self = .invalid(count)
                return
            }
            continuation = 0x80...0xBF
        }
        self = .character(expected)
    }

    /// The length of the incomplete character at the end of `bytes`: 0 to 3.
    package static func incompleteSuffix(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        for count in 1...3 where count <= bytes.count {
            let start = bytes.count - count
            // Only the first byte of a character can begin one.
            if bytes[start] & 0xC0 == 0x80 { continue }
            return UTF8Sequence(in: bytes, at: start) == .incomplete(count) ? count : 0
        }
        return 0
    }
}

extension UnsafeRawBufferPointer {
    /// Whether all of the bytes are valid UTF-8. Reads ASCII eight bytes at a time.
    ///
    /// Inlined into the reader of files, which calls it for each of a million short strings.
    @inlinable package var isUTF8: Bool {
        let bytes = bindMemory(to: UInt8.self)
        var at = 0
        while true {
            while at + 8 <= count, loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
                at += 8
            }
            guard at < count else { return true }
            guard case .character(let length) = UTF8Sequence(in: bytes, at: at) else { return false }
            at += length
        }
    }
}
