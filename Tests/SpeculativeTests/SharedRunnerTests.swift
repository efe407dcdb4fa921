import Assistant
import Gemma4
import Sampling
import Speculative
import Tensor
import Testing

/// Sequences that share a runner know nothing of each other.
@Suite("Sequences that share a runner")
struct SharedRunnerTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    /// A sequence and what it is given to read.
    private struct Case {
        var prompt: [Int32]
        var drafts = 3
        var context = 256
        var types = CacheTypes()
        var sampling = SamplingOptions(temperature: 0)
    }

    /// The second one's context is shorter than the runner's batch.
    private static let cases = [
        Case(prompt: StoryPair.start + (0..<150).map { 300 + $0 % 40 }),
        Case(prompt: StoryPair.start, drafts: 2, context: 60, sampling: .init(temperature: 0.8, topK: 40, seed: 3)),
        Case(prompt: [2, 1874], types: CacheTypes(key: .q8_0, value: .tbq4_0)),
        Case(prompt: Array(StoryPair.start.prefix(3)), drafts: 0),
    ]

    @Test("Each writes what it writes alone, taking turns after every batch and every round")
    func takingTurns() throws {
        let runner = try pair.runner(threads: 2)
        var decoders: [SpeculativeDecoder] = []
        var alone: [[Int32]] = []
        for test in Self.cases {
            let decoder = try pair.decoder(
                drafts: test.drafts, context: test.context, cacheTypes: test.types, sampling: test.sampling)
            alone.append(test.prompt + (try decoder.decode(test.prompt, count: 90)))
            decoders.append(
                try pair.decoder(
                    drafts: test.drafts, context: test.context, cacheTypes: test.types, sampling: test.sampling,
                    runner: runner))
            try decoders[decoders.count - 1].appendPrompt(test.prompt)
        }
        #expect(alone[1].count == 60)  // until the context was full
        var isWriting = true
        while isWriting {
            isWriting = false
            for (index, decoder) in decoders.enumerated() {
                let left = alone[index].count - decoder.tokens.count
                guard left > 0 else { continue }
                isWriting = true
                if decoder.hasUnreadPrompt {
                    _ = try decoder.readPromptBatch()
                } else {
                    _ = try decoder.round(limit: left, stopTokens: [])
                }
            }
        }
        #expect(decoders.map(\.tokens) == alone)
        #expect(decoders[0].statistics.accepted > 0 && decoders[1].statistics.accepted > 0)
    }

    @Test("A context shorter than the runner's batch reads no more at a time than it holds")
    func shortContext() throws {
        let runner = try TargetRunner(pair.target, batchLength: 64, compute: Compute(threadCount: 1))
        let context = try TargetContext(runner, contextLength: 16)
        #expect(context.batchLength == 16)
        #expect(throws: ModelError.batchTooLarge(count: 17, maximum: 16)) {
            try context.forward([Int32](repeating: 3, count: 17)[...], logits: 0..<0, hidden: 0..<0)
        }
        #expect(throws: ModelError.invalidContextLength(0)) { try TargetContext(runner, contextLength: 0) }
    }
}
