package import Platform
package import Tensor

/// The keys and values of a sequence: the pages that it holds of a pool.
///
/// A page may belong to several sequences that begin alike; whoever writes to it takes a copy first. Of layers that see
/// a window, a pass drops the pages that no token sees any more. So the cache can be rewound to where the last pass
/// began, and further only as far as it still has the window.
package final class KeyValueCache {
    package let pool: CachePool
    /// Positions that have been read.
    package private(set) var count = 0
    package let contextLength: Int
    /// Positions stored at a time, at most.
    package let batchLength: Int
    /// What each layer attends to: its own keys and values or those of the layer that it shares.
    let layers: [AttentionCache]
    /// Bytes of all keys and values that it may come to hold.
    package let byteCount: Int
    private let tables: [PageTable]  // by group

    /// - Parameters:
    ///   - batchLength: the largest number of positions stored at a time.
    ///   - memory: what the system has. It overcommits and kills the process later, so a cache that cannot fit is
    ///     rejected up front. Memory is taken as the sequence grows.
    /// - Throws: `ModelError.cacheTooLarge`.
    package init(
        _ pool: CachePool, contextLength: Int, batchLength: Int,
        memory: @autoclosure () -> SystemMemory = .current
    ) throws(ModelError) {
        let size = CacheSize(pool, batchLength: batchLength)
        byteCount = size.byteCount(contextLength)
        let memory = memory()
        guard byteCount <= memory.total else { throw size.refusal(contextLength, memory) }
        self.pool = pool
        self.contextLength = contextLength
        self.batchLength = batchLength
        let tables = pool.groups.map { PageTable($0.pages) }
        self.tables = tables
        layers = pool.places.map { AttentionCache(tables[$0.group], layer: $0.layer) }
    }

    /// Bytes that a sequence of so many positions may come to hold.
    package static func byteCount(_ pool: CachePool, positions: Int, batchLength: Int) -> Int {
        CacheSize(pool, batchLength: batchLength).byteCount(positions)
    }

    /// Bytes of the pages that it holds, those included that other sequences hold, too.
    package var heldBytes: Int { tables.reduce(0) { $0 + $1.held.count * $1.layout.byteCount } }

    // MARK: - Growing

    /// How many bytes of new pages the next `tokens` positions need.
    package func newBytes(for tokens: Int) -> Int {
        tables.reduce(0) { $0 + $1.newPages(for: count..<count + tokens) * $1.layout.byteCount }
    }

    /// Takes pages for `tokens` positions after the last one, and drops those that no token sees from now on.
    /// - Throws: `TensorError.outOfMemory`. What was read stays.
    func makeRoom(for tokens: Int) throws(TensorError) {
        for (group, table) in zip(pool.groups, tables) {
            table.drop(before: group.start(at: count))
            try table.makeRoom(for: count..<count + tokens)
        }
    }

    /// Counts `tokens` more positions, whose keys every owning layer has stored.
    func commit(_ tokens: Int) { count += tokens }

    // MARK: - Going back

    /// Whether the cache has all that a token at `count` sees.
    package func canTruncate(to count: Int) -> Bool {
        count == 0 || (count > 0 && (count >= self.count || holdsWindow(of: count)))
    }

    private func holdsWindow(of count: Int) -> Bool {
        tables.indices.allSatisfy { index in
            let needed = pool.pages(ofSnapshot: count, group: index)
            return needed.isEmpty || tables[index].held.lowerBound <= needed.lowerBound
        }
    }

    /// Forgets the positions from `count` on, for which `canTruncate` must hold.
    package func truncate(to count: Int) {
        precondition(canTruncate(to: count), "keys before position \(count) have been dropped")
        guard count < self.count || count == 0 else { return dropRest() }
        self.count = count
        dropRest()
    }

    private func dropRest() { for table in tables { table.drop(from: count) } }

    // MARK: - Sharing

    /// What it takes to continue after the first `count` positions; nil if a window before that has been dropped, or
    /// there is nothing to continue.
    package func snapshot(at count: Int) -> CacheSnapshot? {
        guard (1...max(1, self.count)).contains(count), count <= self.count, holdsWindow(of: count) else { return nil }
        return CacheSnapshot(
            count: count,
            pages: tables.enumerated().map { index, table in
                pool.pages(ofSnapshot: count, group: index).map { table[$0] }
            })
    }

    /// Continues after a snapshot of a sequence of the same pool, instead of what the cache held.
    package func restore(_ snapshot: CacheSnapshot) {
        precondition(snapshot.count <= contextLength, "the snapshot is longer than the context")
        for (index, table) in tables.enumerated() {
            table.hold(snapshot.pages[index], from: pool.pages(ofSnapshot: snapshot.count, group: index).lowerBound)
        }
        count = snapshot.count
    }

    /// Another sequence that has read the same. It takes no memory until one of the two reads on.
    /// - Throws: `ModelError.cacheTooLarge`.
    package func fork() throws(ModelError) -> KeyValueCache {
        let copy = try KeyValueCache(pool, contextLength: contextLength, batchLength: batchLength)
        if let snapshot = snapshot(at: count) { copy.restore(snapshot) }
        return copy
    }
}
