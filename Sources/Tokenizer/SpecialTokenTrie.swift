/// Finds special tokens in a text: the leftmost one, and the longest of those that begin there.
struct SpecialTokenTrie: Sendable {
    struct Match: Equatable {
        var token: TokenID
        var byteCount: Int
    }

    /// For every node, the token whose bytes lead to it; `none` if there is none.
    private var tokens: [TokenID] = []
    /// The child of a node (upper bits) for the next byte (lower bits): one look-up per byte for any set of tokens.
    private var children: [UInt64: Int32] = [:]
    /// For every byte, the node of tokens that begin with it. Most of a text is skipped by this table alone.
    private var roots = [Int32](repeating: none, count: 256)

    private static let none: Int32 = -1

    init(_ vocabulary: Vocabulary) {
        for index in 0..<vocabulary.count where vocabulary.types[index].isSpecial {
            insert(vocabulary.table[index], TokenID(index))
        }
    }

    /// The first special token in `bytes` at or after `start`, and where it begins.
    ///
    /// Takes linear time: each position costs at most as many steps as the longest special token has bytes.
    func firstMatch(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (start: Int, match: Match)? {
        var at = start
        while at < bytes.count {
            if roots[Int(bytes[at])] != Self.none, let match = longestMatch(in: bytes, at: at) { return (at, match) }
            at += 1
        }
        return nil
    }

    private func longestMatch(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Match? {
        var longest: Match?
        var end = start + 1
        var node = roots[Int(bytes[start])]
        while node != Self.none {
            let token = tokens[Int(node)]
            if token != Self.none { longest = Match(token: token, byteCount: end - start) }
            guard end < bytes.count else { break }
            node = children[Self.edge(node, bytes[end])] ?? Self.none
            end += 1
        }
        return longest
    }

    private static func edge(_ node: Int32, _ byte: UInt8) -> UInt64 {
        UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
    }

    private mutating func insert(_ text: ArraySlice<UInt8>, _ token: TokenID) {
        guard let first = text.first else { return }
        if roots[Int(first)] == Self.none { roots[Int(first)] = appendNode() }
        var node = roots[Int(first)]
        for byte in text.dropFirst() {
            let edge = Self.edge(node, byte)
            let child = children[edge] ?? appendNode()
            children[edge] = child
            node = child
        }
        // If two tokens have the same text, the first is used.
        if tokens[Int(node)] == Self.none { tokens[Int(node)] = token }
    }

    private mutating func appendNode() -> Int32 {
        tokens.append(Self.none)
        return Int32(truncatingIfNeeded: tokens.count - 1)
    }
}
