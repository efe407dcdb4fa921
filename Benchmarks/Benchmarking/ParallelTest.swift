internal import Assistant
internal import Foundation
package import Gemma4
internal import Sampling
internal import Speculative
package import Tensor

/// Several texts written at once, as llama-batched-bench measures it: their prompts are read, and then each pass writes
/// a token of each of them, or more with drafts.
package struct ParallelTest: Sendable, Hashable {
    /// Texts.
    package let sequences: Int
    /// Tokens of each prompt.
    package let promptLength: Int
    /// Tokens that each text gets.
    package let generated: Int
    /// Whether all texts have the same prompt, which is then read once.
    package let sharesPrompt: Bool
    /// Nil for none.
    package let drafts: SpeculationPlan?

    package init(
        sequences: Int, promptLength: Int, generated: Int, sharesPrompt: Bool, drafts: SpeculationPlan?
    ) {
        self.sequences = sequences
        self.promptLength = promptLength
        self.generated = generated
        self.sharesPrompt = sharesPrompt
        self.drafts = drafts
    }
}

/// Runs such tests. What passes cost is learned from one to the next, as a server does.
package final class ParallelBench {
    private let model: BenchmarkModel
    private let runner: TargetRunner
    private let drafter: DraftRunner?
    private let pool: CachePool
    private var costs = PassCosts()

    /// - Parameter sequences: of the largest test.
    package init(_ model: BenchmarkModel, threads: Int, sequences: Int, cacheTypes: CacheTypes = .init()) throws {
        self.model = model
        let runner = try TargetRunner(model.target, compute: Compute(threadCount: threads))
        self.runner = runner
        drafter = try model.drafter.map { try DraftRunner($0, for: runner, sequences: sequences) }
        pool = try CachePool(model.target.config, types: cacheTypes)
    }

    /// One warm-up, and then the test.
    package func run(_ test: ParallelTest) throws -> Record {
        _ = try sample(
            ParallelTest(
                sequences: test.sequences, promptLength: min(test.promptLength, 64), generated: 24,
                sharesPrompt: test.sharesPrompt, drafts: test.drafts))
        return try record(test, sample(test))
    }

    private struct Sample {
        var promptTime = Duration.zero
        var time = Duration.zero
        var passes = 0
        var drafted = 0
        var accepted = 0
        var heldBytes = 0
    }

    private func sample(_ test: ParallelTest) throws -> Sample {
        let decoders = try (0..<test.sequences).map { try decoder($0, test) }
        var result = Sample()
        let clock = ContinuousClock()
        result.promptTime = try clock.measure {
            if test.sharesPrompt, let first = decoders.first {
                try read([first])
                guard let snapshot = first.target.cache.snapshot(at: test.promptLength - 1) else { return }
                for other in decoders.dropFirst() { other.target.cache.restore(snapshot) }
            }
            try read(decoders)
        }
        result.time = try clock.measure { result.passes = try write(decoders, test.generated) }
        result.heldBytes = pool.heldBytes  // while the decoders live
        for decoder in decoders {
            result.drafted += decoder.statistics.drafted
            result.accepted += decoder.statistics.accepted
        }
        return result
    }

    private func decoder(_ number: Int, _ test: ParallelTest) throws -> SpeculativeDecoder {
        let context = try TargetContext(runner, contextLength: test.promptLength + test.generated + 32, pool: pool)
        let options = try test.drafts?.draftOptions(seed: UInt64(number)) ?? DraftOptions(length: .fixed(0))
        let decoder = try SpeculativeDecoder(
            target: context, drafter: test.drafts == nil ? nil : drafter.map { try DraftContext($0, context: context) },
            sampler: Sampler(SamplingOptions(temperature: 0)), options: options,
            prefixes: PrefixCache(pool, byteLimit: 0))
        let first = test.sharesPrompt ? 0 : number * test.promptLength
        let vocabulary = model.target.config.vocabularySize
        try decoder.appendPrompt((first..<first + test.promptLength).map { Int32($0 * 7919 % vocabulary) })
        return decoder
    }

    /// Reads all prompts.
    private func read(_ decoders: [SpeculativeDecoder]) throws {
        var left = decoders.filter(\.hasUnreadPrompt)
        while !left.isEmpty {
            var budget = runner.batchLength
            var steps: [DecoderStep] = []
            for decoder in left where budget > 0 {
                let rows = min(budget, decoder.unreadCount, decoder.target.batchLength)
                steps.append(DecoderStep(.prompt, of: decoder, rows: rows))
                budget -= rows
            }
            for result in DecoderPass.run(steps).results { _ = try result.get() }
            left = left.filter(\.hasUnreadPrompt)
        }
    }

    /// Writes `count` tokens of each text after the one that reading its prompt gave.
    /// - Returns: how many passes it took.
    private func write(_ decoders: [SpeculativeDecoder], _ count: Int) throws -> Int {
        let ends = decoders.map { $0.tokens.count + count }
        var passes = 0
        while true {
            let open = zip(decoders, ends).filter { $0.tokens.count < $1 }
            if open.isEmpty { return passes }
            let limits = open.map { $1 - $0.tokens.count }
            let counts = costs.draftCounts(zip(open, limits).map { $0.0.draftCandidate(limit: $1) })
            let steps = open.indices.map { index in
                DecoderStep(
                    .round(open.count == 1 ? .chosen : .atMost(counts[index])), of: open[index].0, limit: limits[index])
            }
            let outcome = DecoderPass.run(steps)
            for result in outcome.results { _ = try result.get() }
            costs.record(
                rows: outcome.rows.reduce(0, +), prompts: 0, draftSteps: outcome.draftSteps,
                draftTime: outcome.draftTime / .seconds(1), passTime: outcome.passTime / .seconds(1))
            passes += 1
        }
    }

    // MARK: - Report

    private func record(_ test: ParallelTest, _ sample: Sample) -> Record {
        let prompt = test.sharesPrompt ? test.promptLength : test.sequences * test.promptLength
        let generated = test.sequences * test.generated
        let (promptTime, time) = (sample.promptTime / .seconds(1), sample.time / .seconds(1))
        var record = Record()
        record.add("pp", test.promptLength)
        record.add("tg", test.generated)
        record.add("pl", test.sequences)
        record.add("is_pp_shared", test.sharesPrompt ? 1 : 0)
        record.add("n_kv", prompt + generated)
        record.add("t_pp", promptTime)
        record.add("speed_pp", Double(prompt) / promptTime)
        record.add("t_tg", time)
        record.add("speed_tg", Double(generated) / time)
        record.add("t", promptTime + time)
        record.add("speed", Double(prompt + generated) / (promptTime + time))
        record.add("passes", sample.passes)
        record.add("n_draft", sample.drafted)
        record.add("n_draft_accepted", sample.accepted)
        record.add("cache_bytes", sample.heldBytes)
        return record
    }

    package static let columns: [TableColumn] = [
        TableColumn("PP") { $0["pp"].formatted(0) },
        TableColumn("TG") { $0["tg"].formatted(0) },
        TableColumn("B") { $0["pl"].formatted(0) },
        TableColumn("N_KV") { $0["n_kv"].formatted(0) },
        TableColumn("T_PP s") { $0["t_pp"].formatted(3) },
        TableColumn("S_PP t/s") { $0["speed_pp"].formatted(2) },
        TableColumn("T_TG s") { $0["t_tg"].formatted(3) },
        TableColumn("S_TG t/s") { $0["speed_tg"].formatted(2) },
        TableColumn("T s") { $0["t"].formatted(3) },
        TableColumn("S t/s") { $0["speed"].formatted(2) },
        TableColumn("tokens/pass") {
            if case .integer(let passes) = $0["passes"], case .integer(let count) = $0["tg"],
                case .integer(let sequences) = $0["pl"], passes > 0
            {
                return Record.Value.number(Double(count * sequences) / Double(passes)).formatted(2)
            }
            return ""
        },
        TableColumn("cache, MB") { $0["cache_bytes"].formatted(1, scale: 1e-6) },
    ]
}
