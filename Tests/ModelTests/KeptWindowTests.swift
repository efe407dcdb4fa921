import Gemma4
import Platform
import Synchronization
import Tensor
import Testing

/// A cache can be rewound to the positions that it was told to keep, however far the text went on, and to others as far
/// as its rings reach.
@Suite("Kept windows")
struct KeptWindowTests {
    private let runner: TargetRunner
    private let story: [Int32]  // longer than the window of 64
    private static let batch = 8

    init() throws {
        runner = try TargetRunner(
            Fixtures.bundledTarget(), batchLength: Self.batch, compute: Compute(threadCount: 1))
        story = try Fixtures.prompt(200)
        try #require(story.count == 200)
    }

    /// By default so long that four copies take less than the cache.
    private func context(_ length: Int = 1500, _ types: CacheTypes = .init()) throws -> TargetContext {
        try TargetContext(runner, contextLength: length, cacheTypes: types)
    }

    /// Reads `tokens` after what was read, and compares the logits that follow with those of a context that has read
    /// nothing else.
    private func expectFresh(
        _ context: TargetContext, _ types: CacheTypes = .init(), after read: ArraySlice<Int32>, _ tokens: [Int32]
    ) throws {
        let fresh = try self.context(256, types)
        try fresh.read(read + tokens.dropLast())
        let expected = try fresh.lastLogits(tokens.suffix(1))
        try context.read(tokens.dropLast())
        #expect(try context.lastLogits(tokens.suffix(1)) == expected)
    }

    @Test("A position behind is kept as long as it could be rewound to, and one ahead always")
    func behindAndAhead() throws {
        let context = try context()
        try context.read(story[..<100])
        context.cache.keepWindow(before: 92)
        context.cache.keepWindow(before: 91)
        context.cache.keepWindow(before: 121)
        try context.read(story[100..<200])
        #expect(!context.cache.canTruncate(to: 121))
        #expect(context.cache.rewind(to: 130) == 121)
        try expectFresh(context, after: story[..<121], [7, 8, 9])
        #expect(context.cache.rewind(to: 110) == 92)
        try expectFresh(context, after: story[..<92], [7, 8, 9])
        try context.read(story[..<40])
        #expect(context.cache.rewind(to: 91) == 0)
        try expectFresh(context, after: [], Array(story[5..<20]))
    }

    @Test("A window is copied by the pass that would overwrite it, and by none before")
    func lazy() throws {
        let context = try context()
        context.cache.keepWindow(before: 100)
        try context.read(story[..<100])
        // Rejected drafts are stored, too.
        _ = try context.forward(story[100..<108], logits: 0..<0, hidden: 0..<0)
        context.cache.truncate(to: 101)
        #expect(context.cache.keptByteCount == 0 && context.cache.canTruncate(to: 100))
        _ = try context.forward(story[101..<109], logits: 0..<0, hidden: 0..<0)
        #expect(context.cache.keptByteCount > 0 && !context.cache.canTruncate(to: 100))
        // What the copy takes is known: five blocks of 16 of each sliding layer, whose rings have five.
        let sliding = runner.target.config.layers.indices
            .filter { runner.target.config.layers[$0].kind != .full }
            .reduce(0) { $0 + (context.owningLayer($1)?.cache.byteCount ?? 0) }
        #expect(sliding > 0 && context.cache.keptByteCount == sliding)
    }

    @Test("Where nothing is ever overwritten nothing is copied, and every position can be returned to")
    func shortContext() throws {
        let context = try context(72)
        context.cache.keepWindow(before: 20)
        try context.read(story[..<72])
        #expect(context.cache.rewind(to: 33) == 33 && context.cache.keptByteCount == 0)
        try expectFresh(context, after: story[..<33], [7, 8, 9])
    }

    @Test("After a rewind the rings hold one window: a batch may be taken back, and nothing before it")
    func afterRewind() throws {
        let context = try context()
        context.cache.keepWindow(before: 90)
        try context.read(story[..<150])
        #expect(context.cache.rewind(to: 90) == 90)
        #expect([90, 0].allSatisfy(context.cache.canTruncate) && !context.cache.canTruncate(to: 89))
        for count in [3, 8, 8] {
            // Each batch goes back to where it began, as rejected drafts do; the last one has pushed position 90 out.
            let first = context.cache.count
            _ = try context.forward(story[150..<150 + count], logits: 0..<0, hidden: 0..<0)
            #expect(context.cache.canTruncate(to: 90) == (first == 90 || count == 3))
            context.cache.truncate(to: first)
            try context.read(story[first..<first + count])
        }
        try expectFresh(context, after: story[..<109], [7, 8])
        // It stays kept, without another copy.
        let bytes = context.cache.keptByteCount
        #expect(context.cache.rewind(to: 109) == 109 && context.cache.rewind(to: 91) == 90)
        context.cache.keepWindow(before: 90)
        try context.read(story[90..<140])
        #expect(context.cache.keptByteCount == bytes && bytes > 0)
        #expect(context.cache.rewind(to: 90) == 90)
    }

    @Test("Positions after the one rewound to are forgotten, earlier ones stay")
    func forgotten() throws {
        let context = try context()
        for position in [70, 90, 110, 180] { context.cache.keepWindow(before: position) }
        try context.read(story[..<150])
        #expect(context.cache.rewind(to: 100) == 90)
        try context.read(story[..<90])
        #expect(context.cache.count == 180)
        // 110 and 180 were of another text.
        #expect(context.cache.rewind(to: 150) == 90)
        #expect(context.cache.rewind(to: 80) == 70)
        #expect(context.cache.rewind(to: 500) == 70)
        context.cache.truncate(to: 0)
        #expect(context.cache.keptByteCount == 0)
    }

    @Test("The last four positions are kept")
    func four() throws {
        let context = try context()
        try context.read(story[..<66])
        for position in [70, 80, 90, 100, 110, 70, 0, -1, 1501] { context.cache.keepWindow(before: position) }
        try context.read(story[66..<200])
        // 80 gave way to 110, and 70 to being kept again.
        for (wanted, found) in [(150, 110), (109, 100), (99, 90), (89, 70), (69, 0)] {
            #expect(context.cache.rewind(to: wanted) == found)
        }
    }

    // MARK: - Memory

    /// What the system is made to say.
    private final class Memory: Sendable {
        private let available: Mutex<Int>
        init(_ available: Int) { self.available = Mutex(available) }
        func set(_ bytes: Int) { available.withLock { $0 = bytes } }
        var now: SystemMemory { SystemMemory(total: 1 << 40, available: available.withLock { $0 }) }
    }

    /// A context whose cache asks `memory`.
    private func context(_ length: Int, asking memory: Memory) throws -> TargetContext {
        let cache = try KeyValueCache(
            runner.target.config, contextLength: length, batchLength: Self.batch, types: .init(), memory: memory.now)
        return TargetContext(runner, cache: cache)
    }

    @Test("Without memory for a copy the text goes on, and the newest copy takes the place of older ones")
    func memory() throws {
        let memory = Memory(1 << 30)
        let context = try context(256, asking: memory)
        for position in [70, 90, 110] { context.cache.keepWindow(before: position) }
        try context.read(story[..<105])
        let two = context.cache.keptByteCount
        memory.set(two / 4)
        try context.read(story[105..<150])
        // Neither older copy made enough room.
        #expect(context.cache.keptByteCount == 0)
        try expectFresh(context, after: story[..<150], [7, 8])
        #expect(context.cache.rewind(to: 140) == 0)
    }

    @Test("Copies take no more than the cache itself, and the last position always has one")
    func limit() throws {
        let context = try context(74, asking: Memory(1 << 30))
        for position in [10, 40, 60, 65] { context.cache.keepWindow(before: position) }
        try context.read(story[..<74])
        let bytes = context.cache.keptByteCount
        #expect(bytes > 0 && bytes <= context.cache.byteCount)
        #expect(context.cache.rewind(to: 65) == 65)
        try expectFresh(context, after: story[..<65], [7, 8])
        #expect(context.cache.rewind(to: 20) == 0)
    }

    // MARK: - At random

    private static let types = [
        CacheTypes(), CacheTypes(key: .q8_0, value: .q8_0), CacheTypes(key: .tbq4_0, value: .tbq4_0),
        CacheTypes(key: .f32, value: .q4_0),
    ]

    @Test(
        "Whatever is read, kept and rewound, what follows has the bits of a text read once", arguments: types, [8, 16])
    func random(_ types: CacheTypes, batch: Int) throws {
        var generator = SplitMix64(seed: 17)
        // A ring for batches of 16 has as many slots as it must have, and one for batches of 8 has eight more.
        let runner = try TargetRunner(self.runner.target, batchLength: batch, compute: Compute(threadCount: 1))
        let context = try TargetContext(runner, contextLength: 256, cacheTypes: types)
        var text: [Int32] = []  // what the cache holds
        var (jumps, restarts) = (0, 0)
        for _ in 0..<600 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1:
                context.cache.keepWindow(before: text.count + .random(in: -12...40, using: &generator))
            case 2:
                let wanted = Int.random(in: max(0, text.count - 100)...text.count, using: &generator)
                let canTruncate = context.cache.canTruncate(to: wanted)
                let count = context.cache.rewind(to: wanted)
                #expect(count == context.cache.count && (canTruncate ? count == wanted : count <= wanted))
                text.removeLast(text.count - count)
                if !canTruncate { if count > 0 { jumps += 1 } else { restarts += 1 } }
                try expectFresh(context, types, after: text[...], [7, 8, 9])
                text += [7, 8, 9]
            case 3:
                // Some drafts, of which some are accepted.
                let drafts = (0..<Int.random(in: 1...batch, using: &generator)).map { Int32($0 + 50) }
                guard text.count + drafts.count <= 256 else { continue }
                _ = try context.forward(drafts[...], logits: 0..<0, hidden: 0..<0)
                text += drafts.prefix(.random(in: 0...drafts.count, using: &generator))
                context.cache.truncate(to: text.count)
            default:
                let start = Int.random(in: 0..<160, using: &generator)
                let tokens = story[start..<start + .random(in: 1...40, using: &generator)]
                guard text.count + tokens.count <= 250 else { continue }
                try context.read(tokens)
                text += tokens
            }
            #expect(context.cache.count == text.count && context.cache.keptByteCount <= context.cache.byteCount)
        }
        try expectFresh(context, types, after: text[...], [7])
        #expect(jumps > 10 && restarts > 5)
    }
}
