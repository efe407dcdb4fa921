import Assistant
import Foundation
import Gemma4
import Sampling
import Speculative
public import Tensor
import Tokenizer

/// One text under way: what the model has read and written, and the means to go on.
///
/// Generations follow each other on the same text: each continues where the last one ended or was given up. The rounds of
/// a generation run on the task that iterates it, one at a time, with nothing going on between them.
///
///     let session = try Session(pair, contextLength: 4096)
///     for try await piece in session.generate("Once upon a time", options: .init(temperature: 0)) {
///         print(piece, terminator: "")
///     }
///     print(session.statistics)
public final class Session: @unchecked Sendable {  // `state` is only touched under `lock`
    public let pair: Pair
    public let contextLength: Int

    private let lock = NSLock()
    private var state: State

    private struct State {
        let decoder: SpeculativeDecoder
        var statistics = Statistics()
        /// Numbers the generations; an older one may not go on.
        var generation = 0
        var limit = Int.max
        var stopTokens: Set<TokenID> = []
    }

    /// The context length where none is asked for, unless the model was trained for a shorter one.
    public static let defaultContextLength = 4096

    /// - Parameters:
    ///   - contextLength: tokens that the text may have in all; nil for 4096 or what the model was trained for,
    ///     whichever is less.
    ///   - threads: nil for the number of physical cores.
    ///   - keyCacheType: how the keys of the tokens read so far are stored.
    ///   - valueCacheType: how their values are stored.
    /// - Throws: `GemmaError.invalidOption`, `ModelError.invalidContextLength`, `ModelError.cacheTooLarge`,
    ///   `TensorError.outOfMemory`, or `TensorError.unsupportedHeadWidth` where a cache type's blocks of 32 do not divide the model's heads.
    public init(
        _ pair: Pair, contextLength: Int? = nil, threads: Int? = nil, keyCacheType: CacheType = .f16,
        valueCacheType: CacheType = .f16
    ) throws {
        if let threads, !(1...1024).contains(threads) {
            throw GemmaError.invalidOption(name: "the number of threads", value: "\(threads)", expected: "1 to 1024")
        }
        let length = contextLength ?? min(Self.defaultContextLength, pair.trainedContextLength)
        let compute = Compute(threadCount: threads ?? ThreadPool.physicalCoreCount)
        let target = try TargetContext(
            pair.target, contextLength: length, cacheTypes: CacheTypes(key: keyCacheType, value: valueCacheType),
            compute: compute)
        let drafter = try pair.drafter.map { try DraftContext($0, target: pair.target, compute: compute) }
        self.pair = pair
        self.contextLength = length
        state = State(
            decoder: try SpeculativeDecoder(target: target, drafter: drafter, sampler: Sampler(pair.defaultSampling)))
    }

    /// Figures of the last generation, current even while it is under way.
    public var statistics: Statistics {
        lock.withLock {
            var statistics = state.statistics
            statistics.speculation = state.decoder.statistics
            statistics.draftEstimates = state.decoder.draftEstimates
            return statistics
        }
    }

    /// Where the time went, with `GEMMA_PROFILE=1`. Not for use while a generation is under way.
    package var profile: Profile? { lock.withLock { state.decoder.target.compute.profile } }

    /// What the session's threads can do at best; measuring it takes some tenths of a second.
    package var machineLimits: MachineLimits {
        lock.withLock {
            let compute = state.decoder.target.compute
            return MachineLimits(
                readBandwidth: compute.readBandwidth(pair.target.decodeMatrices), integerPeak: compute.integerPeak())
        }
    }

    /// The tokens of the text so far, prompts included.
    public var tokens: [TokenID] { lock.withLock { state.decoder.tokens } }

    /// Forgets the text, so that the next generation begins a new one. A generation under way has ended.
    public func reset() {
        lock.withLock {
            state.decoder.restart()
            state.generation += 1
        }
    }

    /// Continues the text with `prompt` and then with what the model makes of it.
    ///
    /// Nothing happens before the result is iterated. Cancelling the task, or leaving the loop, ends the generation at
    /// once; what was read and delivered by then is the text that the next generation continues.
    /// - Parameters:
    ///   - prompt: at the beginning of the text, `<bos>` is put before it.
    ///   - progress: called while a prompt is read that takes several passes, with the number of tokens read and of all.
    /// - Returns: pieces of text as they come. Iterating throws `ModelError.contextFull` where the prompt does not fit,
    ///   `SamplingError` or `GemmaError.invalidOption` for bad options, `CancellationError`, or
    ///   `ModelError.notANumber`.
    public func generate(
        _ prompt: String, options: GenerationOptions = .init(),
        progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) -> Generation {
        Generation(session: self, prompt: prompt, options: options, progress: progress)
    }
}

// MARK: - Steps of a generation

extension Session {
    /// Takes the prompt into the text and starts counting; returns the generation's number.
    package func begin(_ prompt: String, _ options: GenerationOptions) throws -> Int {
        try lock.withLock {
            try options.validate()
            var sampler = Sampler(try options.sampling(pair.defaultSampling))
            if options.ignoresEndOfText { sampler.banned = pair.tokenizer.endOfGeneration.sorted() }
            let decoder = state.decoder
            var tokens = pair.tokenizer.encode(prompt, parseSpecial: options.parsesSpecialTokens)
            if decoder.tokens.isEmpty, tokens.first != pair.tokenizer.bos { tokens.insert(pair.tokenizer.bos, at: 0) }
            try decoder.append(tokens)
            decoder.begin(
                sampler: sampler,
                options: DraftOptions(
                    length: options.speculation.draftLength,
                    minimumProbability: options.speculation.minimumProbability))
            state.statistics = Statistics()
            state.generation += 1
            state.limit = options.maximumTokens ?? .max
            state.stopTokens = options.ignoresEndOfText ? [] : pair.tokenizer.endOfGeneration
            return state.generation
        }
    }

    /// Reads the prompt or runs a round.
    /// - Returns: the new tokens, or nil when the generation has ended.
    package func step(_ generation: Int, progress: ((Int, Int) -> Void)? = nil) throws -> [TokenID]? {
        try lock.withLock {
            guard state.generation == generation else { throw GemmaError.superseded }
            guard state.statistics.finishReason == nil else { return nil }
            let wanted = state.limit - state.statistics.generatedTokens
            guard wanted > 0, state.decoder.room > 0 else {
                state.statistics.finishReason = wanted > 0 ? .contextFull : .maximumTokens
                return nil
            }
            let isPrompt = state.decoder.hasUnreadPrompt
            let places = try isPrompt ? readPrompt(progress) : runRound(limit: wanted)
            let tokens = Array(state.decoder.tokens[places])
            state.statistics.generatedTokens += tokens.count
            if let last = tokens.last, state.stopTokens.contains(last) { state.statistics.finishReason = .endOfText }
            return tokens
        }
    }

    private func readPrompt(_ progress: ((Int, Int) -> Void)?) throws -> Range<Int> {
        let decoder = state.decoder
        let read = decoder.target.cache.count
        let total = decoder.tokens.count - read
        let clock = ContinuousClock()
        let start = clock.now
        defer {
            state.statistics.promptTokens += decoder.target.cache.count - read
            state.statistics.promptTime += clock.now - start
        }
        return try decoder.readPrompt { done in progress?(done, total) }
    }

    private func runRound(limit: Int) throws -> Range<Int> {
        let clock = ContinuousClock()
        let start = clock.now
        defer { state.statistics.generationTime += clock.now - start }
        return try state.decoder.round(limit: limit, stopTokens: state.stopTokens)
    }
}
