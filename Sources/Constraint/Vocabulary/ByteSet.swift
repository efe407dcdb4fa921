/// A set of bytes.
package struct ByteSet: Sendable, Hashable {
    private var words = SIMD4<UInt64>.zero

    package init() {}

    package init(_ bytes: some Sequence<UInt8>) { for byte in bytes { insert(byte) } }

    /// What JSON calls white space.
    package static let whiteSpace = ByteSet(" \t\n\r".utf8)

    package func contains(_ byte: UInt8) -> Bool { words[Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 }

    package mutating func insert(_ byte: UInt8) { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    package var isEmpty: Bool { words == .zero }

    package var count: Int { words.indices.reduce(0) { $0 + words[$1].nonzeroBitCount } }

    /// The byte of a set that has no other; nil otherwise.
    package var only: UInt8? {
        guard count == 1 else { return nil }
        return words.indices.lazy.filter { words[$0] != 0 }.map { UInt8($0 * 64 + words[$0].trailingZeroBitCount) }
            .first
    }

    package func subtracting(_ other: ByteSet) -> ByteSet {
        var rest = self
        rest.words &= ~other.words
        return rest
    }
}
