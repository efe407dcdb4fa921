import Assistant
import BundledModel
import Foundation
import GGUF
import Gemma4
import Logging
import Sampling
import Speculative
import Tensor
import Testing

/// The bundled pair and decoders on it.
struct StoryPair {
    let target: Target
    let drafter: Drafter

    /// `<bos>Once upon a time`
    static let start: [Int32] = [2, 1874, 1192, 279, 627]

    init() throws {
        target = try Target(GGUFFile(contentsOf: #require(BundledModel.target)))
        drafter = try Drafter(GGUFFile(contentsOf: #require(BundledModel.assistant)))
    }

    /// The pair with another drafter, say one with random weights.
    init(target: Target, drafter: Drafter) {
        self.target = target
        self.drafter = drafter
    }

    /// Both models' runners, for one decoder or several.
    func runner(batch: Int = 64, threads: Int = 1) throws -> DraftRunner {
        let target = try TargetRunner(target, batchLength: batch, compute: Compute(threadCount: threads))
        return try DraftRunner(drafter, for: target)
    }

    func decoder(
        drafts: Int, context: Int = 256, batch: Int = 64, threads: Int = 1,
        cacheTypes: CacheTypes = .init(), sampling: SamplingOptions = .init(temperature: 0),
        minimumProbability: Float = 0, coupling: DraftCoupling = .sharedNoise, runner: DraftRunner? = nil,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) throws -> SpeculativeDecoder {
        let runner = try runner ?? self.runner(batch: batch, threads: threads)
        let context = try TargetContext(runner.target, contextLength: context, cacheTypes: cacheTypes)
        return try SpeculativeDecoder(
            target: context,
            drafter: try drafts > 0 ? DraftContext(runner, context: context) : nil,
            sampler: Sampler(sampling),
            options: DraftOptions(
                length: .fixed(drafts), minimumProbability: minimumProbability, coupling: coupling),
            logger: logger)
    }
}

extension SpeculativeDecoder {
    /// Leaves the number of drafts to the decoder.
    func automatic() -> SpeculativeDecoder {
        options.length = .automatic
        return self
    }

    /// Reads `prompt` and decodes until there are `count` new tokens, a stop token, or no room.
    func decode(_ prompt: [Int32], count: Int, stop: Set<Int32> = []) throws -> [Int32] {
        try appendPrompt(prompt)
        let first = tokens.count
        _ = try readPrompt()
        while tokens.count - first < count, room > 0, !stop.contains(tokens[tokens.count - 1]) {
            _ = try round(limit: count - (tokens.count - first), stopTokens: stop)
        }
        return Array(tokens[first...])
    }
}
