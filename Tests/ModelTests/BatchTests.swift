import Gemma4
import Tensor
import Testing

/// With quantized weights a row gives the same bits alone and in any batch, so speculation never flips a near-tie.
@Suite("Batches")
struct BatchTests {
    private let target: Target
    private let tokens: [Int32]

    init() throws {
        target = try Fixtures.bundledTarget()
        tokens = try Fixtures.prompt(160)
    }

    private func context(
        threads: Int = 1, batch: Int = 512, cacheTypes: CacheTypes = .init(), precision: ActivationPrecision = .bytes
    ) throws -> TargetContext {
        try TargetContext(
            target, contextLength: 256, batchLength: batch, cacheTypes: cacheTypes,
            compute: Compute(threadCount: threads, precision: precision))
    }

    @Test("A prompt gives the same bits in one batch and in pieces", arguments: [1, 7, 32, 159])
    func pieces(_ size: Int) throws {
        let whole = try context().lastLogits(tokens[...])
        let pieced = try context(batch: size)
        try pieced.read(tokens.dropLast())
        #expect(try pieced.lastLogits(tokens.suffix(1)) == whole)
    }

    @Test("The number of threads changes no bit", arguments: [2, 3])
    func threads(_ count: Int) throws {
        let alone = try context().bits(tokens[...], logits: 150..<160, hidden: 140..<160)
        #expect(try context(threads: count).bits(tokens[...], logits: 150..<160, hidden: 140..<160) == alone)
    }

    @Test("A row alone and in a verification batch", arguments: [2, 3, 4, 6, 9])
    func verification(_ size: Int) throws {
        let batch = try context()
        let single = try context()
        let prompt = tokens.prefix(120)
        try batch.read(prompt)
        try single.read(prompt)
        let rows = tokens[120..<120 + size]
        let together = try batch.bits(rows, logits: 0..<size, hidden: 0..<size)
        for (index, token) in rows.enumerated() {
            let alone = try single.bits([token], logits: 0..<1, hidden: 0..<1)
            #expect(alone.logits == [together.logits[index]])
            #expect(alone.hidden == [together.hidden[index]])
        }
    }

    @Test("Rows whose result is not wanted skip layers and leave the others' bits alone")
    func skippedRows() throws {
        let all = try context().bits(tokens[...], logits: 0..<160, hidden: 0..<160)
        let some = try context().bits(tokens[...], logits: 100..<103, hidden: 98..<101)
        #expect(some.logits == Array(all.logits[100..<103]))
        #expect(some.hidden == Array(all.hidden[98..<101]))
    }

    @Test("Half-precision caches take half the memory, and logits change by no more than roundings of 2^-11 allow")
    func cacheTypes() throws {
        // Rounding to bytes would differ after the smallest change, and hide it.
        let half = try context(precision: .floats)
        let single = try context(cacheTypes: .f32, precision: .floats)
        #expect(single.cache.byteCount == 2 * half.cache.byteCount)
        let (found, expected) = try (half.lastLogits(tokens[...]), single.lastLogits(tokens[...]))
        var (difference, norm) = (Float(0), Float(0))
        for (a, b) in zip(found.map(Float.init(bitPattern:)), expected.map(Float.init(bitPattern:))) {
            difference += (a - b) * (a - b)
            norm += b * b
        }
        #expect(found != expected)
        #expect((difference / norm).squareRoot() <= 0x1p-11)
        for types in [CacheTypes(key: .f16, value: .f32), CacheTypes(key: .f32, value: .f16)] {
            let mixed = try context(cacheTypes: types, precision: .floats)
            #expect(mixed.cache.byteCount == 3 * half.cache.byteCount / 2)
            let logits = try mixed.lastLogits(tokens[...])
            #expect(logits != expected && logits != found)
        }
    }

    @Test("Rejected rows leave no trace")
    func rollback() throws {
        let clean = try context(batch: 8)
        let tried = try context(batch: 8)
        try clean.read(tokens.prefix(100))
        try tried.read(tokens.prefix(100))
        for _ in 0..<3 {
            _ = try tried.forward(tokens.prefix(8), logits: 0..<8, hidden: 0..<8)
            tried.cache.truncate(to: 100)
        }
        #expect(try tried.lastLogits(tokens[100..<104]) == clean.lastLogits(tokens[100..<104]))
    }

    @Test("A rewind is possible as far as the window is held, or to the beginning")
    func rewinds() throws {
        let context = try context(batch: 8)
        try context.read(tokens[...])
        // The window is 64, so the pass at 152 dropped the first page.
        #expect([160, 152, 127, 0].allSatisfy(context.cache.canTruncate))
        #expect([126, 64, 1, -1].allSatisfy { !context.cache.canTruncate(to: $0) })
        context.cache.truncate(to: 130)
        #expect(context.cache.canTruncate(to: 127) && !context.cache.canTruncate(to: 126))
        context.cache.truncate(to: 0)
        try context.read(tokens.prefix(20))
        #expect(context.cache.canTruncate(to: 1))
    }

    @Test("A cancelled pass changes nothing")
    func cancellation() async throws {
        let target = target
        let tokens = tokens
        let cancelled = try await Task {
            let context = try TargetContext(target, contextLength: 256, compute: Compute(threadCount: 1))
            try context.read(tokens.prefix(80))
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(throws: CancellationError.self) { try context.read(tokens[80..<120]) }
            return Handed(context: context)
        }.value.context
        #expect(cancelled.cache.count == 80)
        let fresh = try context()
        try fresh.read(tokens.prefix(80))
        #expect(try cancelled.lastLogits(tokens[80..<81]) == fresh.lastLogits(tokens[80..<81]))
    }

    @Test("Float weights: a batch, which may go to BLAS, agrees with single rows to 1e-5", arguments: ["31b", "e4b"])
    func floatWeights(_ pair: String) throws {
        let target = try Fixtures.target(pair)
        let tokens = (0..<40).map { Int32($0 * 7 % target.config.vocabularySize) }
        func context() throws -> TargetContext {
            // In half precision, a key near a tie could round to either side and differ by more.
            try TargetContext(target, contextLength: 64, cacheTypes: .f32, compute: Compute(threadCount: 2))
        }
        let (batch, single) = try (context(), context())
        let expected = try batch.forward(tokens[...], logits: 0..<40, hidden: 0..<40).logits
        // Over all logits, as the references are compared: random weights amplify single roundings a hundredfold.
        var (difference, norm) = (Float(0), Float(0))
        for (index, token) in tokens.enumerated() {
            let row = try single.forward([token], logits: 0..<1, hidden: 0..<1).logits.row(0)
            let reference = expected.row(index)
            for (a, b) in zip(row, reference) {
                difference += (a - b) * (a - b)
                norm += b * b
            }
            #expect(argmax(row) == argmax(reference))
        }
        #expect((difference / norm).squareRoot() <= 1e-5)
        withExtendedLifetime((batch, single)) {}
    }

    @Test("What cannot be read is refused, with the numbers")
    func refusals() throws {
        let context = try TargetContext(target, contextLength: 16, batchLength: 8, compute: Compute(threadCount: 1))
        #expect(throws: ModelError.batchTooLarge(count: 9, maximum: 8)) {
            try context.forward(tokens.prefix(9), logits: 0..<0, hidden: 0..<0)
        }
        #expect(throws: ModelError.tokenOutOfRange(token: 2464, vocabulary: 2464)) {
            try context.forward([2464], logits: 0..<0, hidden: 0..<0)
        }
        try context.read(tokens.prefix(15))
        #expect(throws: ModelError.contextFull(needed: 17, contextLength: 16)) {
            try context.forward(tokens.prefix(2), logits: 0..<0, hidden: 0..<0)
        }
        #expect(context.cache.count == 15)
        #expect(throws: ModelError.invalidContextLength(0)) {
            try TargetContext(target, contextLength: 0, compute: Compute(threadCount: 1))
        }
    }
}

/// A context that a task hands on when it is done with it.
private struct Handed: @unchecked Sendable {
    let context: TargetContext
}
