/// Finds special tokens in a text: at the leftmost place where one stands, the longest one.
struct SpecialTokenTrie: Sendable {
    struct Match: Equatable {
        var token: TokenID
        var byteCount: Int
    }

    /// A byte after the bytes on the way here. Children are a linked list, as there are rarely more than a few.
    private struct Node {
        var byte: UInt8
        /// The token that ends here, if one does.
        var token: TokenID?
        var firstChild: Int?
        var nextSibling: Int?
    }

    private var nodes: [Node] = []
    /// For every byte the node that tokens beginning with it share: most of a text is passed over by this alone.
    private var roots = [Int?](repeating: nil, count: 256)

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
            if roots[Int(bytes[at])] != nil, let match = longestMatch(in: bytes, at: at) { return (at, match) }
            at += 1
        }
        return nil
    }

    private func longestMatch(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Match? {
        var longest: Match?
        var end = start + 1
        var current = roots[Int(bytes[start])]
        while let node = current {
            if let token = nodes[node].token { longest = Match(token: token, byteCount: end - start) }
            guard end < bytes.count else { break }
            current = child(of: node, bytes[end])
            end += 1
        }
        return longest
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var child = nodes[node].firstChild
        while let candidate = child, nodes[candidate].byte != byte { child = nodes[candidate].nextSibling }
        return child
    }

    private mutating func insert(_ text: ArraySlice<UInt8>, _ token: TokenID) {
        guard let first = text.first else { return }
        let root = roots[Int(first)] ?? append(Node(byte: first))
        roots[Int(first)] = root
        var node = root
        for byte in text.dropFirst() {
            if let next = child(of: node, byte) {
                node = next
            } else {
                let next = append(Node(byte: byte, nextSibling: nodes[node].firstChild))
                nodes[node].firstChild = next
                node = next
            }
        }
        // Of two tokens with the same text the first is the one.
        nodes[node].token = nodes[node].token ?? token
    }

    private mutating func append(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }
}
