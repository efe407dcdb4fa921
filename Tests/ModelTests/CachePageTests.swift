import Gemma4
import Tensor
import Testing

/// Sequences share pages, and none ever sees what another writes.
@Suite("Pages of a cache")
struct CachePageTests {
    private let runner: TargetRunner
    private let story: [Int32]  // longer than the window of 64

    init() throws {
        runner = try TargetRunner(Fixtures.bundledTarget(), batchLength: 16, compute: Compute(threadCount: 1))
        story = try Fixtures.prompt(200)
    }

    private func context(_ pool: CachePool, _ length: Int = 320) throws -> TargetContext {
        try TargetContext(runner, contextLength: length, pool: pool)
    }

    private func pool(_ types: CacheTypes = .init()) throws -> CachePool {
        try CachePool(runner.target.config, types: types)
    }

    @Test("A fork takes no memory, goes on as the original does, and is not disturbed by it")
    func fork() throws {
        let pool = try pool()
        let original = try context(pool)
        try original.read(story[..<150])
        let bytes = pool.heldBytes
        let fork = TargetContext(runner, cache: try original.cache.fork())
        #expect(pool.heldBytes == bytes && fork.cache.count == 150)
        try original.read([7, 8, 9])
        try fork.read([20, 21])
        // Each has the page of the last positions for itself.
        #expect(pool.heldBytes == bytes + pool.groups.reduce(0) { $0 + $1.pages.layout.byteCount })
        let fresh = try context(try self.pool())
        try fresh.read(story[..<150] + [20, 21])
        #expect(try fork.lastLogits([5]) == fresh.lastLogits([5]))
    }

    @Test("Pages that leave the window go back, and all of them with the last sequence")
    func pagesGoBack() throws {
        let pool = try pool()
        do {
            let context = try context(pool)
            for start in stride(from: 0, to: 200, by: 10) {
                try context.read(story[start..<start + 10])
                let sliding = try #require(pool.groups.first { $0.window == 64 })
                #expect(sliding.pages.heldCount <= 3)
            }
            let full = try #require(pool.groups.first { $0.window == nil })
            #expect(full.pages.heldCount == 4 && context.cache.heldBytes == pool.heldBytes)
            context.cache.truncate(to: 0)
            #expect(pool.heldBytes == 0)
            try context.read(story[..<10])
            #expect(pool.heldBytes > 0)
        }
        #expect(pool.heldBytes == 0)
    }

    private static let types = [
        CacheTypes(), CacheTypes(key: .q8_0, value: .q8_0), CacheTypes(key: .tbq4_0, value: .tbq4_0),
        CacheTypes(key: .f32, value: .q4_0),
    ]

    @Test("Whatever is read, taken back, forked and restored, each has the bits of a text read once", arguments: types)
    func random(_ types: CacheTypes) throws {
        var random = SplitMix64(seed: 17)
        let pool = try pool(types)
        var sequences: [(context: TargetContext, text: [Int32])] = [(try context(pool, 256), [])]
        var snapshots: [(snapshot: CacheSnapshot, text: [Int32])] = []
        for _ in 0..<400 {
            let index = Int.random(in: 0..<sequences.count, using: &random)
            let (context, text) = sequences[index]
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                guard sequences.count < 5 else { continue }
                sequences.append((TargetContext(runner, cache: try context.cache.fork()), text))
            case 1:
                let count = max(0, text.count - .random(in: 0...80, using: &random))
                guard context.cache.canTruncate(to: count) else { continue }
                context.cache.truncate(to: count)
                sequences[index].text = Array(text[..<count])
            case 2:
                let count = max(0, text.count - .random(in: 0...40, using: &random))
                guard let snapshot = context.cache.snapshot(at: count) else { continue }
                snapshots.append((snapshot, Array(text[..<count])))
            case 3:
                guard let (snapshot, text) = snapshots.randomElement(using: &random) else { continue }
                context.cache.restore(snapshot)
                sequences[index].text = text
            case 4 where sequences.count > 1: sequences.remove(at: index)
            default:
                let start = Int.random(in: 0..<160, using: &random)
                let tokens = story[start..<start + .random(in: 1...40, using: &random)]
                guard text.count + tokens.count <= 250 else { continue }
                try context.read(tokens)
                sequences[index].text += tokens
            }
        }
        for (context, text) in sequences {
            let fresh = try self.context(try self.pool(types), 256)
            try fresh.read(text[...])
            #expect(try context.lastLogits([5]) == fresh.lastLogits([5]))
        }
        #expect(snapshots.count > 20)
        snapshots.removeAll()
        sequences.removeAll()
        #expect(pool.heldBytes == 0)
    }
}

/// What one sequence has read another need not read again.
@Suite("Prefix cache")
struct PrefixCacheTests {
    private let runner: TargetRunner
    private let pool: CachePool
    private let story: [Int32]

    init() throws {
        runner = try TargetRunner(Fixtures.bundledTarget(), batchLength: 16, compute: Compute(threadCount: 1))
        pool = try CachePool(runner.target.config)
        story = try Fixtures.prompt(200)
    }

    /// Reads `text` and remembers some positions on the way.
    private func read(
        _ text: [Int32], _ prefixes: PrefixCache, at positions: [Int], salt: String = ""
    ) throws -> TargetContext {
        let context = try TargetContext(runner, contextLength: 320, pool: pool)
        for start in stride(from: 0, to: text.count, by: 10) {
            let end = min(start + 10, text.count)
            try context.read(text[start..<end])
            for position in positions where (start + 1...end).contains(position) {
                let snapshot = try #require(context.cache.snapshot(at: position))
                prefixes.store(snapshot, of: text[..<position], salt: salt)
            }
        }
        return context
    }

    @Test("The longest remembered beginning is found, and texts go on from it as if they had been read")
    func longest() throws {
        let prefixes = PrefixCache(pool, byteLimit: .max)
        _ = try read(story, prefixes, at: [3, 64, 100, 128, 190])
        let other = Array(story[..<140]) + [7, 8, 9]
        for (limit, found) in [(143, 128), (128, 128), (127, 100), (99, 64), (63, 3), (2, 0)] {
            let snapshot = prefixes.find(other, limit: limit)
            #expect(snapshot?.count ?? 0 == found)
            guard let snapshot else { continue }
            let context = try TargetContext(runner, contextLength: 320, pool: pool)
            context.cache.restore(snapshot)
            try context.read(other[found...])
            let fresh = try TargetContext(runner, contextLength: 320)
            try fresh.read(other[...])
            #expect(try context.lastLogits([5]) == fresh.lastLogits([5]))
        }
        #expect(prefixes.find([1] + other, limit: 100) == nil)
    }

    @Test("Nothing of one salt is found under another")
    func salts() throws {
        let prefixes = PrefixCache(pool, byteLimit: .max)
        _ = try read(story, prefixes, at: [100], salt: "a")
        #expect(prefixes.find(story, limit: 150, salt: "b") == nil && prefixes.find(story, limit: 150) == nil)
        #expect(prefixes.find(story, limit: 150, salt: "a")?.count == 100)
    }

    @Test("The limit holds, what was used last stays, and with the last snapshot all memory goes back")
    func forgetting() throws {
        let one = PrefixCache(pool, byteLimit: .max)
        _ = try read(story, one, at: [150])
        let limit = one.heldBytes * 5 / 2
        #expect(one.heldBytes == pool.heldBytes)
        one.removeAll()
        #expect(pool.heldBytes == 0)

        let prefixes = PrefixCache(pool, byteLimit: limit)
        let texts = (0..<6).map { index in [2, Int32(300 + index)] + story[2...] }
        for (index, text) in texts.enumerated() {
            _ = try read(text, prefixes, at: [150])
            #expect(prefixes.heldBytes <= limit && prefixes.heldBytes == pool.heldBytes)
            if index > 0 { #expect(prefixes.find(texts[0], limit: 199)?.count == 150, "used after \(index)") }
        }
        #expect(prefixes.snapshotCount == 2 && prefixes.find(texts[4], limit: 199) == nil)
        #expect(prefixes.find(texts[5], limit: 199)?.count == 150)
        #expect(prefixes.shrink(untilPoolHolds: pool.heldBytes - 1) && prefixes.snapshotCount == 1)
        // Sequences keep what they hold.
        let context = try read(texts[3], prefixes, at: [])
        #expect(!prefixes.shrink(untilPoolHolds: 0) && prefixes.heldBytes == 0 && pool.heldBytes > 0)
        #expect(context.cache.heldBytes == pool.heldBytes)
    }

    @Test("Texts that begin alike share pages")
    func sharing() throws {
        let prefixes = PrefixCache(pool, byteLimit: .max)
        let context = try read(story, prefixes, at: [130])
        let bytes = pool.heldBytes
        let found = try #require(prefixes.find(story, limit: 199))
        let other = try TargetContext(runner, contextLength: 320, pool: pool)
        other.cache.restore(found)
        #expect(pool.heldBytes == bytes)
        try other.read([7])
        prefixes.store(try #require(other.cache.snapshot(at: 131)), of: story[..<130] + [7])
        // One page of each group was copied, since the first text has gone on in it.
        #expect(pool.heldBytes == bytes + pool.groups.reduce(0) { $0 + $1.pages.layout.byteCount })
        withExtendedLifetime(context) {}
    }
}
