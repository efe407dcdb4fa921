import Gemma4
import Tensor
import Testing

/// Rows of many sequences in one pass give the bits that each sequence has alone.
@Suite("Many sequences in one pass")
struct SegmentTests {
    /// A sequence, and how much of its text has been read.
    private final class Reader {
        let context: TargetContext
        let text: [Int32]
        var bits: [[UInt32]] = []

        init(_ context: TargetContext, _ text: [Int32]) {
            self.context = context
            self.text = text
        }
    }

    @Test(
        "Whatever they read together, and whichever rows are wanted",
        arguments: ["e2b-q8_0", "e4b", "26b-a4b-q8_0", "31b"])
    func company(_ pair: String) throws {
        let target = try Fixtures.target(pair)
        let runner = try TargetRunner(target, batchLength: 64, compute: Compute(threadCount: 2))
        let texts = (0..<5).map(Self.text)
        var random = SplitMix64(seed: 3)
        for types in [CacheTypes(), .f32] {
            let pool = try CachePool(target.config, types: types)
            let alone = try texts.map { text in
                let context = try TargetContext(runner, contextLength: 100, pool: pool)
                return try text.map { try context.bits([$0], logits: 0..<1, hidden: 0..<1).logits[0] }
            }
            let readers = try texts.map { Reader(try TargetContext(runner, contextLength: 100, pool: pool), $0) }
            while readers.contains(where: { $0.context.cache.count < 90 }) {
                try step(readers.shuffled(using: &random), runner, &random) { reader, position, bits in
                    let index = readers.firstIndex { $0 === reader } ?? 0
                    #expect(bits == alone[index][position], "sequence \(index), position \(position)")
                }
            }
        }
    }

    private static func text(_ number: Int) -> [Int32] {
        (0..<90).map { place in Int32((place * (7 + number) + 11 * number) % 480) }
    }

    private func step(
        _ readers: [Reader], _ runner: TargetRunner, _ random: inout SplitMix64,
        check: (Reader, Int, [UInt32]) -> Void
    ) throws {
        var segments: [TargetRunner.Segment] = []
        var taken: [(reader: Reader, rows: Range<Int>)] = []
        for reader in readers {
            let read = reader.context.cache.count
            let count = min([0, 1, 1, 2, 5, 12].randomElement(using: &random) ?? 1, 90 - read)
            guard count > 0 else { continue }
            let first = Int.random(in: 0...count, using: &random)
            let rows = first..<Int.random(in: first...count, using: &random)
            segments.append(reader.context.segment(reader.text[read..<read + count], logits: rows, hidden: 0..<0))
            taken.append((reader, read + rows.lowerBound..<read + rows.upperBound))
        }
        guard !segments.isEmpty else { return }
        let output = try runner.forward(segments)
        for (index, (reader, positions)) in taken.enumerated() {
            let logits = output.logits(of: index)
            #expect(logits.count == positions.count)
            for (row, position) in positions.enumerated() {
                check(reader, position, logits.row(row).map(\.bitPattern))
            }
        }
    }

    @Test("Logits of some rows and hidden states of others, in each of several sequences")
    func wanted() throws {
        let target = try Fixtures.bundledTarget()
        let runner = try TargetRunner(target, batchLength: 64, compute: Compute(threadCount: 1))
        let text = try Fixtures.prompt(60)
        let alone = try TargetContext(runner, contextLength: 64).bits(text[..<20], logits: 0..<20, hidden: 0..<20)
        let contexts = try (0..<3).map { _ in try TargetContext(runner, contextLength: 64) }
        let wanted: [(logits: Range<Int>, hidden: Range<Int>)] = [(3..<5, 4..<9), (0..<0, 19..<20), (7..<8, 0..<0)]
        let output = try runner.forward(
            zip(contexts, wanted).map { $0.segment(text[..<20], logits: $1.logits, hidden: $1.hidden) })
        for (index, (logits, hidden)) in wanted.enumerated() {
            let found = (output.logits(of: index), output.hidden(of: index))
            #expect((0..<found.0.count).map { found.0.row($0).map(\.bitPattern) } == Array(alone.logits[logits]))
            #expect((0..<found.1.count).map { found.1.row($0).map(\.bitPattern) } == Array(alone.hidden[hidden]))
        }
    }

    @Test("Too many rows, or a token that is none, change nothing in any sequence")
    func refused() throws {
        let target = try Fixtures.bundledTarget()
        let runner = try TargetRunner(target, batchLength: 8, compute: Compute(threadCount: 1))
        let contexts = try (0..<2).map { _ in try TargetContext(runner, contextLength: 64) }
        let tokens: [Int32] = [2, 5, 6, 7, 8]
        #expect(throws: ModelError.batchTooLarge(count: 10, maximum: 8)) {
            try runner.forward(contexts.map { $0.segment(tokens[...], logits: 0..<0, hidden: 0..<0) })
        }
        #expect(throws: ModelError.self) {
            try runner.forward([
                contexts[0].segment(tokens[..<2], logits: 0..<1, hidden: 0..<0),
                contexts[1].segment([-1], logits: 0..<1, hidden: 0..<0),
            ])
        }
        #expect(contexts.allSatisfy { $0.cache.count == 0 })
    }
}
