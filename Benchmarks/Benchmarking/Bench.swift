internal import Assistant
package import Gemma4
internal import Sampling
internal import Speculative
package import Tensor

/// Runs tests on a model, all in the same context.
package final class Bench {
    package let model: BenchmarkModel
    package let compute: Compute
    package let cacheTypes: CacheTypes
    private let context: TargetContext
    private var drafters: [DraftHead: DraftContext] = [:]

    /// - Parameter contextLength: at least what the longest test needs.
    package init(
        _ model: BenchmarkModel, threads: Int, contextLength: Int, cacheTypes: CacheTypes = .init()
    ) throws {
        self.model = model
        self.cacheTypes = cacheTypes
        compute = Compute(threadCount: threads)
        context = try TargetContext(
            model.target, contextLength: contextLength, cacheTypes: cacheTypes, compute: compute)
        guard let drafter = model.drafter else { return }
        if drafter.orderedHead != nil {
            drafters[.ordered] = try DraftContext(drafter, context: context)
        }
        drafters[.dense] = try DraftContext(drafter.withDenseHead, context: context)
    }

    package var batchLength: Int { context.batchLength }
    /// Bytes of the keys and values of a full context.
    package var cacheByteCount: Int { context.cache.byteCount }

    /// One warm-up, then `repetitions` samples.
    /// - Parameter warm: called between the two.
    package func run(
        _ test: BenchmarkTest, repetitions: Int, warm: () -> Void = {}
    ) throws -> Measurement {
        var measurement = Measurement(test)
        if case .speculative(let tokens, let plan, let depth) = test {
            try runSpeculative(tokens, plan, depth, repetitions, warm, &measurement)
            return measurement
        }
        for repetition in -1..<repetitions {
            if repetition == 0 { warm() }
            let (time, count) = try sample(test)
            if repetition >= 0 { measurement.add(time, count: count) }
        }
        if case .decode(let passes, let rows, let depth) = test {
            let middle = max(depth, BenchmarkTest.minimumDecodeDepth) + passes * rows / 2
            measurement.bytesPerPass =
                model.target.decodeByteCount + context.cache.decodeByteCount(at: middle, model.target.config)
        }
        return measurement
    }

    private func sample(_ test: BenchmarkTest) throws -> (Duration, count: Int) {
        let clock = ContinuousClock()
        switch test {
        case .prompt(let tokens, let depth):
            try fill(depth)
            let start = clock.now
            for at in stride(from: 0, to: tokens, by: batchLength) {
                let count = min(batchLength, tokens - at)
                try pass(count, logits: count - 1..<count)
            }
            return (clock.now - start, tokens)
        case .decode(let passes, let rows, let depth):
            try fill(max(depth, BenchmarkTest.minimumDecodeDepth))
            let start = clock.now
            for _ in 0..<passes { try pass(rows, logits: 0..<rows) }
            return (clock.now - start, passes)
        case .draft(let steps, let head, let depth):
            return try sampleDraft(steps, head, depth)
        case .speculative:
            return (.zero, 0)  // samples are consecutive parts of one text: see `runSpeculative`
        }
    }

    // MARK: - Passes of the target

    /// Makes the cache hold `depth` positions.
    private func fill(_ depth: Int) throws {
        // Only the last batch can be removed: sliding layers have overwritten what they need before that.
        if depth > 0, depth <= context.cache.count, context.cache.canTruncate(to: depth) {
            return context.cache.truncate(to: depth)
        }
        context.cache.truncate(to: 0)
        try context.read(tokens(0..<depth)[...])
    }

    private func pass(_ count: Int, logits: Range<Int>) throws {
        let first = context.cache.count
        _ = try context.forward(tokens(first..<first + count)[...], logits: logits, hidden: 0..<0)
    }

    /// An arbitrary but fixed token for each position.
    private func tokens(_ positions: Range<Int>) -> [Int32] {
        positions.map { Int32($0 * 7919 % model.target.config.vocabularySize) }
    }

    // MARK: - Drafts

    /// Drafts, each after a pass of the target. The pass is not measured, but it evicts the drafter's weights from the
    /// caches, as in real rounds.
    private func sampleDraft(_ steps: Int, _ head: DraftHead, _ depth: Int) throws -> (Duration, count: Int) {
        guard let drafter = drafters[head] else { throw BenchmarkError.noDrafter }
        try fill(max(depth, BenchmarkTest.minimumDecodeDepth))
        let clock = ContinuousClock()
        var time = Duration.zero
        var done = 0
        while done < steps {
            let first = context.cache.count
            let output = try context.forward(tokens(first..<first + 1)[...], logits: 0..<1, hidden: 0..<1)
            let count = min(BenchmarkTest.draftLength, steps - done)
            let start = clock.now
            try drafter.draft(count: count, token: 1, at: context.cache.count, hidden: output.hidden[0]) { step in
                let best = argmax(UnsafeBufferPointer(step.logits))
                return step.candidates?[best] ?? Int32(best)
            }
            time += clock.now - start
            done += count
        }
        return (time, done)
    }

    private func runSpeculative(
        _ count: Int, _ plan: SpeculationPlan, _ depth: Int, _ repetitions: Int, _ warm: () -> Void,
        _ measurement: inout Measurement
    ) throws {
        guard let drafter = drafters[.ordered] ?? drafters[.dense] else { throw BenchmarkError.noDrafter }
        context.cache.truncate(to: 0)
        let decoder = try SpeculativeDecoder(
            target: context, drafter: drafter, sampler: Sampler(SamplingOptions(temperature: 0)))
        try decoder.appendPrompt(tokens(0..<max(depth, BenchmarkTest.minimumDecodeDepth)))
        _ = try decoder.readPrompt()
        let clock = ContinuousClock()
        var warmUp = decoder.statistics
        for repetition in -1..<repetitions {
            if repetition == 0 {
                warm()
                warmUp = decoder.statistics
            }
            decoder.options = try plan.draftOptions(seed: UInt64(repetition + 1))
            let start = clock.now
            var done = 0
            while done < count { done += try decoder.round(limit: .max, stopTokens: []).count }
            if repetition >= 0 { measurement.add(clock.now - start, count: done) }
        }
        measurement.draftCount = decoder.statistics.drafted - warmUp.drafted
        measurement.acceptedCount = decoder.statistics.accepted - warmUp.accepted
    }
}
