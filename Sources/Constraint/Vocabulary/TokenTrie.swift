/// The texts of all tokens as a tree of bytes, in one array: each node before its children, children in rising order.
///
/// `@unchecked Sendable`: nothing changes after `init`.
final class TokenTrie: @unchecked Sendable {
    struct Node {
        let byte: UInt8
        /// Characters below, at most 255: the most that any token has after this node. One that is not complete here
        /// counts, too.
        var height: UInt8
        /// Bytes from the root.
        let depth: UInt16
        /// The node after all that are below this one.
        var end: Int32
        /// The place in `tokens` of the first token at or below this node.
        let firstToken: Int32
        /// The kinds of the characters below; `broken` if a token ends within a character.
        var kinds: CharacterKinds
    }

    /// How a node is reached.
    struct Path {
        /// The kinds of the characters that are complete here.
        let kinds: CharacterKinds
        let length: Int32
    }

    let count: Int
    /// One more than there are, so that the tokens of a node end where those of the next one begin.
    let nodes: UnsafePointer<Node>
    let paths: UnsafePointer<Path>
    /// The numbers of the tokens, in the order of their texts.
    let tokens: [Int32]
    /// The kinds of the characters of each token; `broken` for those that have no text.
    let kinds: [CharacterKinds]
    /// The number of characters of each token.
    let lengths: [UInt16]
    /// The child of the root for each byte; -1 if there is none.
    let roots: [Int32]
    let deepest: Int
    /// The most characters of a token.
    let longest: Int

    private let memory: UnsafeMutablePointer<Node>
    private let pathMemory: UnsafeMutablePointer<Path>

    deinit {
        memory.deallocate()
        pathMemory.deallocate()
    }

    /// - Parameter texts: of tokens 0, 1, 2, …; empty where a token has none. Each of at most 65,535 bytes.
    init(_ texts: TokenTexts) {
        let order = texts.sorted()
        var nodes: [Node] = []
        var paths: [Path] = []
        nodes.reserveCapacity(texts.bytes.count / 3)
        paths.reserveCapacity(texts.bytes.count / 3)
        // The nodes of the text before, one a byte, and for each what the characters before it are.
        var open: [Int] = []
        var deepest = 0
        var characters = Characters()
        var kinds = [CharacterKinds](repeating: .broken, count: texts.count)
        var lengths = [UInt16](repeating: 0, count: texts.count)
        texts.bytes.withUnsafeBufferPointer { bytes in
            var previous = UnsafeBufferPointer<UInt8>(rebasing: bytes[0..<0])
            for (place, token) in order.enumerated() {
                let text = UnsafeBufferPointer(rebasing: bytes[texts.range(of: token)])
                var common = 0
                while common < min(previous.count, text.count), previous[common] == text[common] { common += 1 }
                while open.count > common { nodes[open.removeLast()].end = Int32(nodes.count) }
                characters.read(text)
                kinds[Int(token)] = characters.all.kinds
                lengths[Int(token)] = UInt16(characters.all.length)
                for depth in common..<text.count {
                    open.append(nodes.count)
                    nodes.append(
                        Node(
                            byte: text[depth], height: 0, depth: UInt16(depth + 1), end: 0,
                            firstToken: Int32(place), kinds: []))
                    paths.append(characters.path(to: depth + 1))
                }
                for depth in 1...text.count {
                    let below = characters.below(depth)
                    nodes[open[depth - 1]].kinds.formUnion(below.kinds)
                    nodes[open[depth - 1]].height = max(nodes[open[depth - 1]].height, UInt8(min(255, below.length)))
                }
                deepest = max(deepest, text.count)
                previous = text
            }
        }
        for node in open { nodes[node].end = Int32(nodes.count) }
        count = nodes.count
        tokens = order
        self.kinds = kinds
        self.lengths = lengths
        longest = Int(lengths.max() ?? 0)
        self.deepest = deepest
        var roots = [Int32](repeating: -1, count: 256)
        var root = 0
        while root < nodes.count {
            roots[Int(nodes[root].byte)] = Int32(root)
            root = Int(nodes[root].end)
        }
        self.roots = roots
        nodes.append(
            Node(byte: 0, height: 0, depth: 0, end: Int32(nodes.count), firstToken: Int32(order.count), kinds: []))
        memory = .allocate(capacity: nodes.count)
        memory.initialize(from: nodes, count: nodes.count)
        pathMemory = .allocate(capacity: max(1, paths.count))
        pathMemory.initialize(from: paths, count: paths.count)
        self.nodes = UnsafePointer(memory)
        self.paths = UnsafePointer(pathMemory)
    }
}

/// The texts of tokens, one after the other.
struct TokenTexts: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    /// - Parameter append: adds the text of the next token.
    mutating func append(_ append: (inout [UInt8]) -> Void) {
        append(&bytes)
        ends.append(bytes.count)
    }

    func range(of token: Int32) -> Range<Int> { (token == 0 ? 0 : ends[Int(token) - 1])..<ends[Int(token)] }

    /// The tokens that have a text, in the order of their texts and then of their numbers.
    func sorted() -> [Int32] {
        bytes.withUnsafeBufferPointer { bytes in
            // Most texts differ in the first eight bytes.
            var keys: [(key: UInt64, token: Int32)] = []
            keys.reserveCapacity(count)
            for token in 0..<Int32(count) {
                let range = range(of: token)
                if range.isEmpty { continue }
                var key: UInt64 = 0
                for place in 0..<8 {
                    key = key << 8 | (place < range.count ? UInt64(bytes[range.lowerBound + place]) : 0)
                }
                keys.append((key, token))
            }
            keys.sort { a, b in
                if a.key != b.key { return a.key < b.key }
                let (x, y) = (
                    UnsafeBufferPointer(rebasing: bytes[range(of: a.token)]),
                    UnsafeBufferPointer(rebasing: bytes[range(of: b.token)])
                )
                if x.lexicographicallyPrecedes(y) { return true }
                return x.elementsEqual(y) && a.token < b.token
            }
            return keys.map(\.token)
        }
    }
}

/// What characters a text has, from both ends.
private struct Characters {
    typealias Summary = (kinds: CharacterKinds, length: Int)

    /// For each number of bytes: what is complete before it.
    private var before: [Summary] = []
    /// For each number of bytes: what ends after it.
    private var after: [Summary] = []
    /// Kinds of the characters, by the place where they end.
    private var kinds: [CharacterKinds?] = []

    var all: Summary { after[0] }

    mutating func read(_ text: UnsafeBufferPointer<UInt8>) {
        kinds.removeAll(keepingCapacity: true)
        kinds.append(contentsOf: repeatElement(nil, count: text.count + 1))
        var start = 0
        while start < text.count {
            let length = Self.length(of: text[start])
            let end = min(text.count, start + max(1, length))
            let scalar = length > 0 && start + length <= text.count ? Self.scalar(text[start..<end]) : nil
            kinds[end] = scalar.map { CharacterKinds(of: $0) } ?? .broken
            start = end
        }
        before.removeAll(keepingCapacity: true)
        var sum: Summary = ([], 0)
        for kind in kinds {
            if let kind { sum = (sum.kinds.union(kind), sum.length + 1) }
            before.append(sum)
        }
        after.removeAll(keepingCapacity: true)
        after.append(contentsOf: repeatElement(Summary([], 0), count: text.count + 1))
        sum = ([], 0)
        for place in (0..<text.count).reversed() {
            if let kind = kinds[place + 1] { sum = (sum.kinds.union(kind), sum.length + 1) }
            after[place] = sum
        }
    }

    func path(to depth: Int) -> TokenTrie.Path {
        TokenTrie.Path(kinds: before[depth].kinds, length: Int32(before[depth].length))
    }

    func below(_ depth: Int) -> Summary { after[depth] }

    /// The bytes of a character that begins with `byte`; 0 if none does.
    private static func length(of byte: UInt8) -> Int {
        switch byte {
        case ..<0x80: 1
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 0
        }
    }

    private static func scalar(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Unicode.Scalar? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
        return UTF8.width(scalar) == bytes.count ? scalar : nil
    }
}
