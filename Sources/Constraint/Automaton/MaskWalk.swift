internal import Tokenizer

/// A walk through the trie of a vocabulary that finds the tokens that may follow a configuration.
///
/// What lies below a node is passed over where its first bytes do not fit, where all of it is in a set of tokens that
/// is known to fit, or where all of it fits.
struct MaskWalk {
    private let vocabulary: ConstraintVocabulary
    /// The rows of the configurations on the way to a node, by depth. Memory to work in.
    private(set) var path: [Int32]
    private var tokens: [TokenID]
    /// Tokens that fit, besides `tokens`; those of `shared` are among them.
    private var bits: TokenBits?
    private var shared: TokenBits?
    /// What `shared` says of tokens of its kinds holds for tokens of up to so many characters.
    private var sharedLength: Int32 = 0
    /// The fewest bytes and tokens that complete the text after the token for which they are most.
    private var farthest: Int32
    /// The text must be completed by so many bytes and tokens.
    private let limit: Int32

    init(
        _ vocabulary: ConstraintVocabulary, path: [Int32], admitting tokens: [TokenID], farthest: Int32, limit: Int32?
    ) {
        self.vocabulary = vocabulary
        self.path = path
        self.tokens = tokens
        self.farthest = farthest
        self.limit = limit ?? .max
    }

    /// More tokens than this are not listed.
    private static let mostListed = 4 * TokenMask.mostOfFew

    /// The tokens that were found.
    var mask: TokenMask {
        guard
            var bits = bits ?? shared ?? (tokens.count > TokenMask.mostOfFew ? TokenBits(count: vocabulary.count) : nil)
        else { return TokenMask(.few(tokens.sortedWithoutRepetitions()), farthest: farthest) }
        if self.bits == nil, shared != nil {
            return TokenMask(.many(bits, more: tokens.sortedWithoutRepetitions()), farthest: farthest)
        }
        for token in tokens { bits.insert(token) }
        return TokenMask(.many(bits, more: []), farthest: farthest)
    }

    mutating func run(from number: Int32, _ configurations: inout ConfigurationTable) throws(ConstraintError) {
        // With a limit every token is looked at.
        let span = limit == .max ? configurations.span(of: number) : .none
        if !span.kinds.isEmpty, span.length > 0 {
            shared = vocabulary.tokens(in: span)
            farthest = max(farthest, configurations.spanLength(of: number))
            sharedLength = span.length
            if Int(span.length) < vocabulary.trie.longest, try configurations.isSpanExact(number) {
                sharedLength = .max
            }
        }
        let classes = configurations.program.classes
        let row = try configurations.row(of: number)
        path[0] = row
        for byte in 0..<256 where configurations.next(inRow: row, classes[byte]) != ConfigurationTable.dead {
            let root = vocabulary.trie.roots[byte]
            if root >= 0 { try visit(root, span, classes, &configurations) }
        }
    }

    /// Visits a node and what lies below it.
    private mutating func visit(
        _ root: Int32, _ span: CharacterSpan, _ classes: [UInt8], _ configurations: inout ConfigurationTable
    ) throws(ConstraintError) {
        let trie = vocabulary.trie
        let (nodes, paths) = (trie.nodes, trie.paths)
        // Without a shared set, nothing is in it.
        let unshared: UInt32 = shared == nil ? .max : ~span.kinds.rawValue
        let stop = Int(nodes[Int(root)].end)
        var place = Int(root)
        while place < stop {
            let node = nodes[place]
            if node.kinds.rawValue & unshared == 0, paths[place].kinds.rawValue & unshared == 0,
                node.isShorter(than: sharedLength - paths[place].length)
            {
                place = Int(node.end)
                continue
            }
            let depth = Int(node.depth)
            let next = configurations.next(inRow: path[depth - 1], classes[Int(node.byte)])
            guard next != ConfigurationTable.dead else {
                place = Int(node.end)
                continue
            }
            let first = nodes[place + 1].firstToken
            if node.firstToken < first, configurations.length(next) <= limit {
                farthest = max(farthest, configurations.length(next))
                admit(node.firstToken..<first)
            }
            place += 1
            guard Int(node.end) > place else { continue }
            if limit == .max {
                let below = configurations.span(of: next)
                if node.kinds.isSubset(of: below.kinds), node.isShorter(than: below.length) {
                    farthest = max(farthest, configurations.spanLength(of: next))
                    admit(first..<nodes[Int(node.end)].firstToken)
                    place = Int(node.end)
                    continue
                }
            }
            path[depth] = try configurations.row(of: next)
        }
        withExtendedLifetime(trie) {}
    }

    /// - Parameter places: of tokens, in the order of the trie.
    private mutating func admit(_ places: Range<Int32>) {
        if bits == nil, tokens.count + places.count > Self.mostListed {
            bits = shared ?? TokenBits(count: vocabulary.count)
        }
        for place in places {
            let token = vocabulary.trie.tokens[Int(place)]
            if bits != nil {
                bits!.insert(token)
            } else if shared?.contains(token) != true {
                tokens.append(token)
            }
        }
    }
}

extension TokenTrie.Node {
    /// Whether no token has more than `length` characters below this node.
    @inline(__always)
    fileprivate func isShorter(than length: Int32) -> Bool {
        Int32(height) <= length && (height < 255 || length > 1 << 20)
    }
}

extension [TokenID] {
    /// Each token once, in order.
    fileprivate func sortedWithoutRepetitions() -> [TokenID] {
        var result: [TokenID] = []
        result.reserveCapacity(count)
        for token in sorted() where result.last != token { result.append(token) }
        return result
    }
}
