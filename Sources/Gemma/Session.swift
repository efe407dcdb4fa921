import Assistant
import Gemma4
internal import Platform
import Sampling
import Speculative
import Synchronization
public import Tensor
internal import Tokenizer

/// A text in progress: what the model has read and written so far, and what is needed to continue it.
///
/// Generations follow each other on the same text: each continues where the last one ended or was given up. A session
/// computes on a thread of its own, one batch or round at a time, while the iterating task is suspended. Its figures
/// and tokens may be read at any time, from any task.
///
///     let session = try Session(pair, contextLength: 4096)
///     for try await piece in session.generate("Once upon a time", options: .init(temperature: 0)) {
///         print(piece, terminator: "")
///     }
///     print(session.statistics)
public final class Session: Sendable {
    /// The model.
    public let pair: Pair
    /// The largest number of tokens that the text may have, prompts included.
    public let contextLength: Int

    /// The right to compute: held for one batch or one round.
    private let engine: Mutex<Engine>
    /// What others look at. It is never held while anything is computed; whoever takes both takes it second.
    private let snapshot: Mutex<Snapshot>
    let worker = Worker()

    fileprivate struct Engine {
        let decoder: SpeculativeDecoder
        var statistics = Statistics()
        var limit = Int.max
        /// Those that the model ends a text with.
        var endTokens: Set<TokenID> = []
        /// Control tokens that are stop strings.
        var stopTokens: Set<TokenID> = []
        var text: GeneratedText
    }

    /// Written after each batch and each round.
    private struct Snapshot {
        var statistics = Statistics()
        var tokens: [TokenID] = []
        /// Nil if the number of drafts is fixed.
        var policy: DraftLengthPolicy?
        /// Numbers the generations; an older one cannot continue.
        var generation = 0
        /// The text was reset, which the decoder has not been told yet.
        var isReset = false
    }

    /// The default context length in tokens, unless the model was trained for a shorter one.
    public static let defaultContextLength = 4096

    /// - Parameters:
    ///   - pair: the model. Any number of sessions may share it.
    ///   - contextLength: the largest number of tokens in the text; nil for 4096 or the length the model was trained
    ///     for, whichever is less.
    ///   - threads: 1 to 1024; nil for the physical cores that the process may use, or fewer if its
    ///     processor time is limited.
    ///   - keyCacheType: how the keys of earlier tokens are stored.
    ///   - valueCacheType: how their values are stored.
    /// - Throws: `GemmaError.invalidOption`, `ModelError.invalidContextLength`, `ModelError.cacheTooLarge`,
    ///   `TensorError.outOfMemory`, or `TensorError.unsupportedHeadWidth` if a cache type's blocks of 32 do not divide
    ///   the width of the model's heads.
    public init(
        _ pair: Pair, contextLength: Int? = nil, threads: Int? = nil, keyCacheType: CacheType = .f16,
        valueCacheType: CacheType = .f16
    ) throws {
        if let threads, !(1...1024).contains(threads) {
            throw GemmaError.invalidOption(name: "the number of threads", value: "\(threads)", expected: "1 to 1024")
        }
        let length = contextLength ?? min(Self.defaultContextLength, pair.trainedContextLength)
        let compute = Compute(threadCount: threads ?? ThreadPool.defaultThreadCount)
        let target = try TargetContext(
            pair.target, contextLength: length, cacheTypes: CacheTypes(key: keyCacheType, value: valueCacheType),
            compute: compute)
        let drafter = try pair.drafter.map { try DraftContext($0, context: target) }
        let decoder = try SpeculativeDecoder(target: target, drafter: drafter, sampler: Sampler(pair.defaultSampling))
        self.pair = pair
        self.contextLength = length
        snapshot = Mutex(Snapshot(policy: decoder.draftLengthPolicy))
        engine = Mutex(Engine(decoder: decoder, text: GeneratedText(pair.tokenizer, stop: [], special: false)))
    }

    /// Figures of the last generation, up to date even while it is running. Never waits for a computation.
    public var statistics: Statistics {
        let (current, policy) = snapshot.withLock { ($0.statistics, $0.policy) }
        var statistics = current
        statistics.draftEstimates = policy.map(DraftEstimates.init)
        return statistics
    }

    /// The tokens of the text so far, prompts included. Never waits for a computation.
    public var tokens: [TokenID] { snapshot.withLock { $0.tokens } }

    /// A table of where the time went, if `GEMMA_PROFILE=1`; nil otherwise, or while something is computed. Measuring
    /// how fast the session's threads can be takes some tenths of a second.
    package func profileTable() -> String? {
        engine.withLockIfAvailable { engine in
            let compute = engine.decoder.target.compute
            return compute.profile?.table(
                MachineLimits(
                    readBandwidth: compute.readBandwidth(pair.target.decodeMatrices),
                    integerPeak: compute.integerPeak()))
        } ?? nil
    }

    /// Forgets the text, so that the next generation begins a new one. A generation in progress ends with
    /// `GemmaError.superseded`.
    public func reset() {
        // The decoder may be computing; the next generation tells it.
        snapshot.withLock {
            $0.tokens.removeAll()
            $0.generation += 1
            $0.isReset = true
        }
    }

    /// Continues the text with `prompt` and then with what the model makes of it.
    ///
    /// Nothing happens until the result is iterated. Cancelling the task or leaving the loop ends the generation; what
    /// was read and delivered by then is the text that the next generation continues.
    /// - Parameters:
    ///   - prompt: at the beginning of a text, `<bos>` is put before it.
    ///   - progress: called on the iterating task after each batch of the prompt, with the number of tokens read and
    ///     the number of all. The session may be used from within.
    /// - Returns: pieces of text as they are written. Iterating throws `ModelError.contextFull` if the prompt does not
    ///   fit, `SamplingError` or `GemmaError.invalidOption` for bad options, `GemmaError.superseded` after another
    ///   generation has begun on this session, `ModelError.notANumber`, or `CancellationError`.
    public func generate(
        _ prompt: String, options: GenerationOptions = .init(),
        progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) -> Generation {
        Generation(session: self, prompt: prompt, options: options, progress: progress)
    }
}

// MARK: - Steps of a generation

extension Session {
    /// What a step has done.
    package struct StepResult: Sendable {
        /// The new tokens; none after a batch of the prompt other than the last.
        package let tokens: [TokenID]
        /// What can be delivered of their text, and of that of earlier tokens.
        package let text: String
        /// Tokens of the prompt read so far and in all; nil after a round.
        package let prompt: (done: Int, total: Int)?
    }

    /// Adds the prompt to the text and resets the figures; returns the generation's number.
    /// - Throws: `GemmaError.busy` while something is computed.
    package func begin(_ prompt: String, _ options: GenerationOptions) throws -> Int {
        try options.validate()
        let sampler = try sampler(options)
        let tokens = pair.tokenizer.encode(prompt, parseSpecial: options.parsesSpecialTokens)
        let number = try engine.withLockIfAvailable { engine in
            try begin(tokens, sampler, options, &engine)
        }
        guard let number else { throw GemmaError.busy }
        return number
    }

    private func sampler(_ options: GenerationOptions) throws -> Sampler {
        let tokenizer = pair.tokenizer
        var sampling = try options.sampling(pair.defaultSampling)
        for token in sampling.logitBias.keys where !tokenizer.vocabulary.contains(token) {
            throw GemmaError.invalidOption(
                name: "the token of a logit bias", value: "\(token)",
                expected: "0 to \(tokenizer.vocabulary.count - 1)")
        }
        if options.ignoresEndOfText {
            for token in tokenizer.endOfGeneration { sampling.logitBias[token] = -.infinity }
        }
        // After the user's biases, which must not bring them back.
        for token in pair.target.suppressedTokens { sampling.logitBias[token] = -.infinity }
        let dry = sampling.dry
        return Sampler(sampling, breakers: dry.isOff ? .init() : .init(dry.sequenceBreakers, tokenizer))
    }

    private func begin(
        _ tokens: [TokenID], _ sampler: Sampler, _ options: GenerationOptions, _ engine: inout Engine
    ) throws -> Int {
        let (decoder, bos) = (engine.decoder, pair.tokenizer.bos)
        let drafts = DraftOptions(
            length: options.speculation.draftLength, minimumProbability: options.speculation.minimumProbability)
        return try snapshot.withLock { snapshot in
            if snapshot.isReset { decoder.restart() }
            snapshot.isReset = false
            let needsBOS = decoder.tokens.isEmpty && tokens.first != bos
            let prompt = needsBOS ? [bos] + tokens : tokens
            // Nothing may change if this fails: an earlier generation may still be under way.
            try decoder.append(prompt)
            decoder.begin(sampler: sampler, options: drafts)
            engine.limit = options.maximumTokens ?? .max
            engine.endTokens = options.ignoresEndOfText ? [] : pair.tokenizer.endOfGeneration
            engine.stopTokens = controlTokens(options.stop)
            engine.text = GeneratedText(
                pair.tokenizer, stop: options.stop, special: options.showsSpecialTokens)
            engine.statistics = Statistics()
            snapshot.tokens += prompt
            snapshot.statistics = engine.statistics
            snapshot.policy = decoder.draftLengthPolicy
            snapshot.generation += 1
            return snapshot.generation
        }
    }

    /// Those of `strings` that are control tokens, which the text may not show.
    private func controlTokens(_ strings: [String]) -> Set<TokenID> {
        Set(strings.compactMap { pair.tokenizer.vocabulary.id(of: $0) }.filter(pair.tokenizer.isSpecial))
    }

    /// Reads a batch of the prompt or runs a round. It blocks while it computes: callers are on the worker.
    /// - Returns: nil if the generation has ended.
    package func step(_ generation: Int) throws -> StepResult? {
        try engine.withLock { engine in
            guard snapshot.withLock({ $0.generation }) == generation else { throw GemmaError.superseded }
            let outcome: Result<StepResult?, any Error>
            do { outcome = .success(try engine.step()) } catch { outcome = .failure(error) }
            // Figures count what was done before an error, too.
            try publish(engine, (try? outcome.get())?.tokens ?? [], of: generation)
            return try outcome.get()
        }
    }

    private func publish(_ engine: Engine, _ tokens: [TokenID], of generation: Int) throws {
        try snapshot.withLock { snapshot in
            // It may have been reset meanwhile.
            guard snapshot.generation == generation else { throw GemmaError.superseded }
            snapshot.tokens += tokens
            snapshot.statistics = engine.statistics
            snapshot.policy = engine.decoder.draftLengthPolicy
        }
    }
}

extension Session.Engine {
    mutating func step() throws -> Session.StepResult? {
        guard statistics.finishReason == nil else { return nil }
        let wanted = limit - statistics.generatedTokens
        guard wanted > 0, decoder.room > 0 else {
            statistics.finishReason = wanted > 0 ? .contextFull : .maximumTokens
            return Session.StepResult(tokens: [], text: text.finish(), prompt: nil)
        }
        let isPrompt = decoder.hasUnreadPrompt
        let places = try isPrompt ? readBatch() : runRound(limit: wanted)
        let tokens = Array(decoder.tokens[places])
        statistics.generatedTokens += tokens.count
        let text = statistics.finishReason == nil ? text.take() : text.finish()
        guard isPrompt else { return Session.StepResult(tokens: tokens, text: text, prompt: nil) }
        let unread = decoder.tokens.count - tokens.count - decoder.target.cache.count
        let done = statistics.promptTokens
        return Session.StepResult(tokens: tokens, text: text, prompt: (done, done + unread))
    }

    /// Adds a token to the text; returns whether the text ends after it.
    private mutating func write(_ token: TokenID) -> Bool {
        text.append(token)
        if endTokens.contains(token) {
            statistics.finishReason = .endOfText
        } else if text.hasStopped || stopTokens.contains(token) {
            statistics.finishReason = .stopString
        }
        return statistics.finishReason != nil
    }

    private mutating func readBatch() throws -> Range<Int> {
        let read = decoder.target.cache.count
        let start = ContinuousClock.now
        defer {
            statistics.promptTokens += decoder.target.cache.count - read
            statistics.promptTime += .now - start
        }
        let places = try decoder.readPromptBatch()
        for token in decoder.tokens[places] { _ = write(token) }
        return places
    }

    private mutating func runRound(limit: Int) throws -> Range<Int> {
        let start = ContinuousClock.now
        defer {
            statistics.generationTime += .now - start
            statistics.speculation = decoder.statistics
        }
        return try decoder.round(limit: limit) { write($0) }
    }
}
