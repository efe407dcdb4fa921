internal import Synchronization
internal import Tensor

/// What sequences of a pool have read, so that a later one that begins alike need not read it again.
///
/// It remembers snapshots: positions at which a sequence can go on, with the pages that this takes. Their texts form a
/// tree of 64 tokens a node, so texts that begin alike share nodes, and a node's pages of layers that see everything.
/// Each snapshot has the pages of one window besides. Tokens are compared, never their hashes alone. The longest unused
/// snapshots are forgotten first, and with them nodes that none is left below.
package final class PrefixCache: Sendable {
    package let pool: CachePool
    /// Bytes of pages that it refers to, at most.
    package let byteLimit: Int
    private let tree: Mutex<Tree>

    package init(_ pool: CachePool, byteLimit: Int) {
        self.pool = pool
        self.byteLimit = byteLimit
        tree = Mutex(Tree())
    }

    /// Bytes of the pages that it refers to, whoever else does.
    package var heldBytes: Int { tree.withLock { $0.pages.byteCount } }
    /// How many positions can be gone on from.
    package var snapshotCount: Int { tree.withLock { $0.uses.count } }

    /// Remembers a snapshot, unless it is larger than all that may be remembered.
    /// - Parameters:
    ///   - tokens: those that it has read.
    ///   - salt: whose text it is. Texts of another salt are never found.
    package func store(_ snapshot: CacheSnapshot, of tokens: ArraySlice<Int32>, salt: String = "") {
        precondition(tokens.count == snapshot.count, "a snapshot is of all of its tokens")
        tree.withLock { tree in
            tree.store(snapshot, of: tokens, salt: salt, windows: pool.groups.map { $0.window != nil })
            while tree.pages.byteCount > byteLimit, tree.forgetOldest() {}
        }
    }

    /// The longest snapshot of a text that `tokens` begin with, of `limit` positions at most.
    package func find(_ tokens: [Int32], limit: Int, salt: String = "") -> CacheSnapshot? {
        tree.withLock { $0.find(tokens, limit: limit, salt: salt, windows: pool.groups.map { $0.window != nil }) }
    }

    /// Forgets snapshots, the longest unused first, until the pool holds at most `bytes` or none are left.
    /// - Returns: whether that was enough.
    @discardableResult
    package func shrink(untilPoolHolds bytes: Int) -> Bool {
        tree.withLock { tree in
            while pool.heldBytes > bytes { guard tree.forgetOldest() else { return false } }
            return true
        }
    }

    /// Forgets everything.
    package func removeAll() { tree.withLock { $0 = Tree() } }
}

// MARK: - The tree

/// 64 tokens, and those before them by the nodes above.
private final class Node {
    /// Nil for the root of a salt.
    weak var parent: Node?
    let tokens: [Int32]
    /// Of the groups that see everything.
    let pages: [CachePage]
    var children: [[Int32]: Node] = [:]
    /// Snapshots that end less than 64 tokens after the node.
    var ends: [End] = []

    init(parent: Node?, tokens: [Int32], pages: [CachePage]) {
        self.parent = parent
        self.tokens = tokens
        self.pages = pages
    }
}

/// What a snapshot has besides the pages of its nodes.
private final class End {
    unowned let node: Node
    /// Those after the node's.
    let tokens: [Int32]
    /// Of the groups that see everything: the page with `tokens`, if there are any.
    let last: [CachePage]
    /// Of each group that sees a window.
    let windows: [[CachePage]]
    /// When it was used last.
    var use = 0

    init(_ node: Node, tokens: [Int32], last: [CachePage], windows: [[CachePage]]) {
        self.node = node
        self.tokens = tokens
        self.last = last
        self.windows = windows
    }
}

/// Pages that are referred to, each counted once.
private struct PageSet {
    private var counts: [ObjectIdentifier: Int] = [:]
    private(set) var byteCount = 0

    mutating func add(_ pages: [CachePage]) {
        for page in pages {
            if counts[ObjectIdentifier(page), default: 0] == 0 { byteCount += page.byteCount }
            counts[ObjectIdentifier(page), default: 0] += 1
        }
    }

    mutating func remove(_ pages: [CachePage]) {
        for page in pages {
            let count = counts[ObjectIdentifier(page), default: 0] - 1
            counts[ObjectIdentifier(page)] = count > 0 ? count : nil
            if count == 0 { byteCount -= page.byteCount }
        }
    }
}

/// Not Sendable, but only ever touched under the lock; what leaves it are pages.
private struct Tree: ~Copyable, @unchecked Sendable {
    private var roots: [String: Node] = [:]
    private var clock = 0
    /// Ends by when they were used last, in rising order of keys as they are added. A use moves an end to the back.
    var uses: [Int: End] = [:]
    private var oldest = 0
    var pages = PageSet()

    mutating func store(_ snapshot: CacheSnapshot, of tokens: ArraySlice<Int32>, salt: String, windows: [Bool]) {
        let text = Array(tokens)
        let full = zip(snapshot.pages, windows).filter { !$0.1 }.map(\.0)
        var node = roots[salt] ?? Node(parent: nil, tokens: [], pages: [])
        roots[salt] = node
        for number in 0..<text.count / PageLayout.length {
            let part = Array(text[number * PageLayout.length..<(number + 1) * PageLayout.length])
            if let child = node.children[part] {
                node = child
                continue
            }
            let child = Node(parent: node, tokens: part, pages: full.map { $0[number] })
            node.children[part] = child
            pages.add(child.pages)
            node = child
        }
        let rest = Array(text[(text.count / PageLayout.length * PageLayout.length)...])
        if let known = node.ends.first(where: { $0.tokens == rest }) { return touch(known) }
        let end = End(
            node, tokens: rest, last: rest.isEmpty ? [] : full.compactMap(\.last),
            windows: zip(snapshot.pages, windows).filter(\.1).map(\.0))
        node.ends.append(end)
        pages.add(end.last + end.windows.flatMap(\.self))
        touch(end)
    }

    mutating func find(_ tokens: [Int32], limit: Int, salt: String, windows: [Bool]) -> CacheSnapshot? {
        guard var node = roots[salt] else { return nil }
        var path: [Node] = []
        var best: (end: End, depth: Int)?
        var start = 0
        while true {
            let rest = tokens[start..<max(start, min(limit, tokens.count))]
            let ends = node.ends.filter { rest.starts(with: $0.tokens) && start + $0.tokens.count > 0 }
            if let end = ends.max(by: { $0.tokens.count < $1.tokens.count }) { best = (end, path.count) }
            guard rest.count >= PageLayout.length,
                let child = node.children[Array(rest.prefix(PageLayout.length))]
            else { break }
            node = child
            path.append(child)
            start += PageLayout.length
        }
        guard let (end, depth) = best else { return nil }
        touch(end)
        var (fullIndex, windowIndex) = (0, 0)
        let pages = windows.map { isWindow in
            if isWindow {
                defer { windowIndex += 1 }
                return end.windows[windowIndex]
            }
            defer { fullIndex += 1 }
            return path[..<depth].map { $0.pages[fullIndex] } + (end.last.isEmpty ? [] : [end.last[fullIndex]])
        }
        return CacheSnapshot(count: depth * PageLayout.length + end.tokens.count, pages: pages)
    }

    private mutating func touch(_ end: End) {
        uses[end.use] = nil
        clock += 1
        end.use = clock
        uses[clock] = end
    }

    /// Forgets the end that was unused for longest; returns false if there is none.
    mutating func forgetOldest() -> Bool {
        guard !uses.isEmpty else { return false }
        while uses[oldest] == nil { oldest += 1 }
        guard let end = uses.removeValue(forKey: oldest) else { return false }
        pages.remove(end.last + end.windows.flatMap(\.self))
        var node = end.node
        node.ends.removeAll { $0 === end }
        while node.ends.isEmpty, node.children.isEmpty, let parent = node.parent {
            parent.children[node.tokens] = nil
            pages.remove(node.pages)
            node = parent
        }
        return true
    }
}
