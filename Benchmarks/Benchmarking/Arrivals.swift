package import Foundation
internal import GGUF
package import Gemma
internal import Sampling
package import Tensor
import Tokenizer

/// Requests that come at random, as strangers' do, and are answered by an engine.
package struct Arrivals: Sendable {
    /// Requests per second, on average; the time between two is exponentially distributed.
    package let rate: Double
    package let requests: Int
    package let promptLength: Int
    /// Tokens of each answer.
    package let generated: Int
    package let draftLength: DraftLength

    package init(rate: Double, requests: Int, promptLength: Int, generated: Int, draftLength: DraftLength) {
        self.rate = rate
        self.requests = requests
        self.promptLength = promptLength
        self.generated = generated
        self.draftLength = draftLength
    }

    /// What came of a request, in seconds.
    private struct Times: Sendable {
        var first = 0.0
        /// From each pass that gave tokens to the next, with how many it gave.
        var gaps: [(seconds: Double, tokens: Int)] = []
        var tokens = 0
    }

    /// - Parameters:
    ///   - vocabulary: a file with the vocabulary, for a target that has none.
    ///   - drafter: nil for none.
    package func run(
        target: URL, drafter: URL?, vocabulary: URL?, threads: Int, cacheTypes: (key: CacheType, value: CacheType)
    ) async throws -> Record {
        let model = try GemmaModel(
            target: GGUFFile(contentsOf: target), drafter: drafter.map { try GGUFFile(contentsOf: $0) },
            vocabulary: vocabulary.map { try GGUFFile(contentsOf: $0) }, threads: threads)
        let engine = try Engine(
            model: model,
            configuration: .init(
                contextLength: promptLength + generated + 64, keyCacheType: cacheTypes.key,
                valueCacheType: cacheTypes.value, maximumQueueLength: requests))
        _ = try await answer(engine, 0, count: 8)  // pages of the files are read, buffers are touched
        let clock = ContinuousClock()
        let start = clock.now
        let all = try await withThrowingTaskGroup(of: Times.self) { group in
            var random = Xoshiro256(seed: 7)
            var arrival = 0.0
            for number in 1...requests {
                let time = arrival
                arrival -= log(1 - random.uniform()) / rate
                group.addTask {
                    try await Task.sleep(until: start + .seconds(time), clock: clock)
                    return try await answer(engine, number, count: generated)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return record(all, (clock.now - start) / .seconds(1), engine.load.preemptions)
    }

    private func answer(_ engine: Engine, _ number: Int, count: Int) async throws -> Times {
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: count)
        options.ignoresEndOfText = true
        options.speculation.draftLength = draftLength
        let first = number * promptLength
        // Fixed, arbitrary and different, so that nothing is found in the cache.
        let vocabulary = engine.model.tokenizer.vocabulary.count
        let tokens = (first..<first + promptLength).map { Int32($0 * 7919 % vocabulary) }
        let clock = ContinuousClock()
        var last = clock.now
        var times = Times()
        for try await update in try engine.submit(.init(prompt: .tokens(tokens), options: options))
        where !update.tokens.isEmpty {
            let now = clock.now
            if times.tokens == 0 {
                times.first = (now - last) / .seconds(1)
            } else {
                times.gaps.append(((now - last) / .seconds(1), update.tokens.count))
            }
            times.tokens += update.tokens.count
            last = now
        }
        return times
    }

    private func record(_ all: [Times], _ seconds: Double, _ preemptions: Int) -> Record {
        let firsts = all.map(\.first)
        let gaps = all.flatMap { $0.gaps.map(\.seconds) }
        let each = all.filter { !$0.gaps.isEmpty }.map { times in
            times.gaps.reduce(0) { $0 + $1.seconds } / Double(max(1, times.gaps.reduce(0) { $0 + $1.tokens }))
        }
        var record = Record()
        record.add("test", "arrivals")
        record.add("rate", rate)
        record.add("requests", requests)
        record.add("pp", promptLength)
        record.add("tg", generated)
        record.add("ttft_p50", firsts.percentile(50))
        record.add("ttft_p95", firsts.percentile(95))
        record.add("tpot_p50", each.percentile(50))
        record.add("tpot_p95", each.percentile(95))
        record.add("gap_p50", gaps.percentile(50))
        record.add("gap_p95", gaps.percentile(95))
        record.add("speed", Double(all.reduce(0) { $0 + $1.tokens }) / seconds)
        record.add("preemptions", preemptions)
        return record
    }

    package static let columns: [TableColumn] = [
        TableColumn("requests/s") { $0["rate"].formatted(2) },
        TableColumn("requests") { $0["requests"].formatted(0) },
        TableColumn("PP") { $0["pp"].formatted(0) },
        TableColumn("TG") { $0["tg"].formatted(0) },
        TableColumn("first token, s: p50") { $0["ttft_p50"].formatted(3) },
        TableColumn("p95") { $0["ttft_p95"].formatted(3) },
        TableColumn("per token, ms: p50") { $0["tpot_p50"].formatted(1, scale: 1e3) },
        TableColumn("p95") { $0["tpot_p95"].formatted(1, scale: 1e3) },
        TableColumn("gap, ms: p50") { $0["gap_p50"].formatted(1, scale: 1e3) },
        TableColumn("p95") { $0["gap_p95"].formatted(1, scale: 1e3) },
        TableColumn("tokens/s") { $0["speed"].formatted(1) },
    ]
}
