/// Finds special tokens in a text: at the leftmost place where one stands, the longest one.
struct SpecialTokenTrie: Sendable {
    struct Match: Equatable {
        var token: TokenID
        var byteCount: Int
    }

    /// Of every node, which stands for the bytes on the way to it, the token that ends there; `none` where none does.
    private var tokens: [TokenID] = []
    /// The child of a node (above) by the next byte (below): one look-up for each byte, whatever tokens a file has.
    private var children: [UInt64: Int32] = [:]
    /// For every byte the node that tokens beginning with it share: most of a text is passed over by this alone.
    private var roots = [Int32](repeating: none, count: 256)

    private static let none: Int32 = -1

    init(_ vocabulary: Vocabulary) {
        for index in 0..<vocabulary.count where vocabulary.types[index].isSpecial {
            insert(vocabulary.table[index], TokenID(index))
        }
    }

    /// The first special token in `bytes` at or after `start`, and where it begins.
    ///
    /// Linear: a place costs as many steps as the longest special token has bytes, at most.
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
        // Of two tokens with the same text the first is the one.
        if tokens[Int(node)] == Self.none { tokens[Int(node)] = token }
    }

    private mutating func appendNode() -> Int32 {
        tokens.append(Self.none)
        return Int32(truncatingIfNeeded: tokens.count - 1)
    }
}
