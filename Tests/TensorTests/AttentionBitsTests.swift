import Tensor
import Testing

/// A token's attention gives the same bits alone and in any batch: speculation relies on it.
@Suite("Attention, bit by bit")
struct AttentionBitsTests {
    static let cases = [
        AttentionCase(headCount: 1, group: 8, width: 48, positions: 540),
        AttentionCase(headCount: 1, group: 8, width: 32, window: 270, positions: 530),
        AttentionCase(headCount: 2, group: 4, width: 24, window: 40, positions: 400),
        AttentionCase(headCount: 4, group: 2, width: 16, positions: 300),
        AttentionCase(headCount: 2, group: 5, width: 16, window: 400, includesSelf: false, positions: 530),
        AttentionCase(headCount: 1, group: 15, width: 64, window: 260, positions: 300),
        AttentionCase(headCount: 2, group: 3, width: 96, includesSelf: false, positions: 330),
    ]
    static let casesWithTypes = AttentionCase.withTypes(cases)

    @Test(
        "One batch, single rows, verification batches and pieces of a prompt", arguments: casesWithTypes, Form.all)
    func batches(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let input = test.input()
        let whole = try test.run(input, batch: test.positions, type: type, form: form).bits
        for batch in form.isCurrent ? [1, 2, 8, 31, 256] : [31] {
            #expect(
                try test.run(input, batch: batch, threads: 2, type: type, form: form).bits == whole,
                "batches of \(batch)")
        }
    }

    @Test("Any number of threads", arguments: casesWithTypes, Form.all)
    func threads(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let input = test.input()
        let alone = try test.run(input, batch: 3, type: type, form: form).bits
        for threads in form.isCurrent ? [2, 5] : [2] {
            #expect(
                try test.run(input, batch: 3, threads: threads, type: type, form: form).bits == alone,
                "\(threads) threads")
        }
    }

    @Test("Pages that leave the window may be dropped, and used again", arguments: casesWithTypes, Form.all)
    func dropping(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let input = test.input()
        let whole = try test.run(input, batch: 8, type: type, form: form).bits
        for batch in form.isCurrent ? [1, 8, 70] : [8] {
            #expect(try test.run(input, batch: batch, threads: 2, drops: true, type: type, form: form).bits == whole)
        }
    }

    @Test("Several sequences at once, wherever each is", arguments: casesWithTypes, Form.all)
    func company(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let inputs = (0..<4).map { test.input(seed: UInt64($0) + 1) }
        let alone = try inputs.map { try test.run($0, batch: 64, type: type, form: form) }
        var random = SplitMix64(seed: 5)
        for threads in form.isCurrent ? [1, 2, 5] : [2] {
            let compute = form.compute(threads: threads)
            let caches = try inputs.map { _ in try test.emptyCache(type: type, used: 1) }
            var counts = [Int](repeating: 0, count: 4)
            var outputs = [[Float]](repeating: [], count: 4)
            while counts != [Int](repeating: test.positions, count: 4) {
                let lengths = counts.map {
                    min(test.positions - $0, [0, 1, 1, 1, 3, 40, 130].randomElement(using: &random) ?? 1)
                }
                try test.step(inputs, caches, &counts, lengths, into: &outputs, compute)
            }
            for (index, output) in outputs.enumerated() { #expect(output.bits == alone[index].bits, "\(index)") }
        }
    }

    /// All forms in one test, because its numbers take longer to make than to use.
    @Test("Contexts longer than what is merged at once")
    func waves() throws {
        // 36 chunks of 16 heads of 512, four tokens: more than the states that may wait.
        let test = AttentionCase(headCount: 1, group: 16, width: 512, positions: 9_000)
        let input = test.input()
        let stored = input.stored(.f16)
        for form in Form.all {
            let cache = try test.cache(type: .f16)
            test.store(input, 0..<9_000, in: cache, form.compute(threads: 1))
            let alone = test.attend(input, 8_996..<9_000, to: cache, form.compute(threads: 1))
            #expect(test.attend(input, 8_996..<9_000, to: cache, form.compute(threads: 3)).bits == alone.bits)
            let last = alone.rows(3..<4, width: test.queryWidth)
            #expect(test.worstError(last, stored, position: 8_999) <= 1, "\(form.testDescription)")
        }
    }

    @Test(
        "What dropped positions left is never seen, even where it is NaN", arguments: casesWithTypes,
        Form.all)
    func stale(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let input = test.input()
        let compute = form.compute(threads: 2)
        let cache = try test.cache(type: type)
        var poison = input
        poison.keys = .init(repeating: .nan, count: input.keys.count)
        poison.values = .init(repeating: .nan, count: input.values.count)
        for start in stride(from: 0, to: test.positions, by: 8) {
            test.store(poison, start..<min(start + 8, test.positions), in: cache, compute)
        }
        var output: [Float] = []
        for start in stride(from: 0, to: test.positions, by: 8) {
            let range = start..<min(start + 8, test.positions)
            test.store(input, range, in: cache, compute)
            output += test.attend(input, range, to: cache, compute)
        }
        #expect(try output.bits == test.run(input, batch: 8, type: type, form: form).bits)
    }

    @Test("Rejected drafts leave no trace", arguments: casesWithTypes, Form.all)
    func rollback(_ test: (attention: AttentionCase, type: CacheType), _ form: Form) throws {
        let (test, type) = test
        let input = test.input()
        let drafts = test.input(seed: 3)
        let compute = form.compute(threads: 2)
        let cache = try test.cache(type: type)
        var output: [Float] = []
        for start in stride(from: 0, to: test.positions, by: 3) {
            // A batch of 8, of which the text continues with 3.
            let kept = start..<min(start + 3, test.positions)
            let rejected = kept.upperBound..<min(start + 8, test.positions)
            test.store(input, kept, in: cache, compute)
            if !rejected.isEmpty { test.store(drafts, rejected, in: cache, compute) }
            output += test.attend(input, kept, to: cache, compute)
        }
        #expect(try output.bits == test.run(input, batch: 8, type: type, form: form).bits)
    }
}

extension AttentionCase {
    /// One pass over the next rows of some sequences.
    fileprivate func step(
        _ inputs: [Input], _ caches: [AttentionCache], _ counts: inout [Int], _ lengths: [Int],
        into outputs: inout [[Float]], _ compute: Compute
    ) throws {
        var segments: [CacheSegment] = []
        var (keys, values, queries): ([Float], [Float], [Float]) = ([], [], [])
        var rows = 0
        for (index, length) in lengths.enumerated() {
            let range = counts[index]..<counts[index] + length
            try caches[index].table.makeRoom(for: range)
            keys += inputs[index].keys.rows(range, width: keyWidth)
            values += inputs[index].values.rows(range, width: keyWidth)
            queries += inputs[index].queries.rows(range, width: queryWidth)
            segments.append(
                CacheSegment(rows: rows..<rows + length, firstPosition: counts[index], cache: caches[index]))
            rows += length
        }
        guard rows > 0 else { return }
        keys.withRows(width: keyWidth) { keys in
            values.withRows(width: keyWidth) { compute.store(keys: keys, values: $0, segments: segments) }
        }
        let output = queries.mapped(width: queryWidth, to: queries.count, width: queryWidth) {
            compute.attention($0, segments: segments, mask: mask, into: $1)
        }
        for (index, segment) in segments.enumerated() {
            outputs[index] += output.rows(segment.rows, width: queryWidth)
            counts[index] += lengths[index]
        }
    }
}
