import Assistant
package import Constraint
import Gemma4
import Sampling
import Speculative
import Synchronization
import Tensor
public import Tokenizer

/// A text in progress: what the model has read and written so far, and what is needed to continue it.
///
/// Responses follow each other on the same text: each continues where the last one ended or was given up. The model
/// computes on a thread of its own, one batch or round at a time, while the iterating task is suspended; sessions of
/// one model take turns. Figures and tokens may be read at any time, from any task.
///
/// This is the model without chat: no template, no roles, no tools. See ``LanguageModelSession`` for those.
///
///     let session = try model.makeSession(contextLength: 4096)
///     for try await piece in session.streamResponse(to: "Once upon a time", options: .init(temperature: 0)) {
///         print(piece, terminator: "")
///     }
///     print(session.statistics)
public final class GemmaSession: Sendable {
    /// The model.
    public let model: GemmaModel
    /// The largest number of tokens that the text may have, prompts included.
    public let contextLength: Int

    /// The right to compute: held for one batch or one round.
    private let state: Mutex<State>
    /// What others look at. It is never held while anything is computed; whoever takes both takes it second.
    private let snapshot: Mutex<Snapshot>

    var worker: Worker { model.engine.worker }

    /// Written after each batch and each round.
    private struct Snapshot {
        var statistics = GenerationStatistics()
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

    init(_ model: GemmaModel, contextLength: Int, cacheTypes: CacheTypes) throws {
        let decoder = try model.engine.makeDecoder(
            contextLength: contextLength, cacheTypes: cacheTypes, sampler: Sampler(model.defaultSampling))
        self.model = model
        self.contextLength = contextLength
        snapshot = Mutex(Snapshot(policy: decoder.draftLengthPolicy))
        state = Mutex(State(decoder: decoder, text: GeneratedText(model.tokenizer, stop: [], special: false)))
    }

    /// Figures of the last generation, up to date even while it is running. Never waits for a computation.
    public var statistics: GenerationStatistics {
        let (current, policy) = snapshot.withLock { ($0.statistics, $0.policy) }
        var statistics = current
        statistics.draftEstimates = policy.map(DraftEstimates.init)
        return statistics
    }

    /// The tokens of the text so far, prompts included. Never waits for a computation.
    public var tokens: [TokenID] { snapshot.withLock { $0.tokens } }

    /// A table of where the time went, if `GEMMA_PROFILE=1`; nil otherwise. Measuring how fast the threads can be takes
    /// some tenths of a second.
    package func profileTable() async -> String? {
        await worker.run {
            state.withLock { state in
                let compute = state.decoder.target.compute
                return compute.profile?.table(
                    MachineLimits(
                        readBandwidth: compute.readBandwidth(model.target.decodeMatrices),
                        integerPeak: compute.integerPeak()))
            }
        }
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
}

// MARK: - Responses

extension GemmaSession {
    /// Continues the text with `prompt` and then with what the model makes of it.
    ///
    /// Nothing happens until the result is iterated. Cancelling the task or leaving the loop ends the generation; what
    /// was read and delivered by then is the text that the next one continues.
    /// - Parameters:
    ///   - prompt: at the beginning of a text, `<bos>` is put before it.
    ///   - options: how tokens are drawn, and when the response ends.
    ///   - progress: called on the iterating task after each batch of the prompt, with the number of tokens read and
    ///     the number of all. The session may be used from within.
    /// - Returns: pieces of text as they are written. Iterating throws `ModelError.contextFull` if the prompt does not
    ///   fit, `TokenizerError` for a control part that is not a special token, `SamplingError`, `ConstraintError` or
    ///   `GemmaError.invalidOption` for bad options, `GemmaError.superseded` after another generation has begun on this
    ///   session, `ModelError.notANumber`, `ConstraintError.nothingFits`, or `CancellationError`.
    public func streamResponse(
        to prompt: RawPrompt, options: GenerationOptions = .init(),
        progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) -> ResponseStream {
        ResponseStream(session: self, prompt: prompt, options: options, progress: progress)
    }

    /// The same with a prompt that is text: nothing in it becomes a special token.
    public func streamResponse(
        to text: String, options: GenerationOptions = .init(),
        progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) -> ResponseStream {
        streamResponse(to: [.text(text)], options: options, progress: progress)
    }

    /// Continues the text with `prompt` and then with what the model makes of it, until that is complete.
    /// - Throws: what iterating ``streamResponse(to:options:progress:)-(RawPrompt,_,_)`` throws.
    public func respond(to prompt: RawPrompt, options: GenerationOptions = .init()) async throws -> Response {
        try await streamResponse(to: prompt, options: options).collect()
    }

    /// The same with a prompt that is text: nothing in it becomes a special token.
    public func respond(to text: String, options: GenerationOptions = .init()) async throws -> Response {
        try await respond(to: [.text(text)], options: options)
    }
}

// MARK: - Steps of a generation

extension GemmaSession {
    /// What a step has done.
    package struct StepResult: Sendable {
        /// The new tokens; none after a batch of the prompt other than the last.
        package let tokens: [TokenID]
        /// What can be delivered of their text, and of that of earlier tokens.
        package let text: String
        /// Tokens of the prompt read so far and in all; nil after a round.
        package let prompt: (done: Int, total: Int)?
        /// Figures after the step.
        package let statistics: GenerationStatistics
    }

    /// What a generation does to the text before it continues it.
    package enum Edit: Sendable {
        /// Adds to it; at its beginning, `<bos>` is put before.
        case append(RawPrompt)
        /// Makes `tokens` the text. What it begins with in common with the text so far is not read again.
        /// - Parameter keepingWindowsBefore: where later texts are likely to differ from this one.
        case replace([TokenID], keepingWindowsBefore: [Int])
    }

    /// Edits the text and resets the figures; returns the generation's number.
    /// - Parameter automaton: what follows the edit must be, instead of `options.constraint`. Constraints of late are
    ///   kept compiled, so the same one again costs next to nothing.
    /// - Throws: `GemmaError.busy` while something is computed, and `ConstraintError`.
    package func begin(
        _ edit: Edit, _ options: GenerationOptions, _ automaton: ConstraintAutomaton? = nil
    ) throws -> Int {
        try options.validate()
        let sampler = try sampler(options)
        let constraint =
            try automaton
            ?? options.constraint.map { try model.engine.constraints.automaton(for: $0, model.tokenizer) }
        // Outside of the lock, since a long text takes a while.
        let addition: [TokenID]? =
            if case .append(let prompt) = edit { try model.tokenizer.encode(prompt) } else { nil }
        let number = try state.withLockIfAvailable { state in
            let drafts = DraftOptions(
                length: options.speculation.draftLength, minimumProbability: options.speculation.minimumProbability,
                coupling: options.speculation.coupling)
            let wasReset = snapshot.withLock { snapshot in
                defer { snapshot.isReset = false }
                return snapshot.isReset
            }
            if wasReset { state.decoder.restart() }
            // Nothing may change if these fail: an earlier generation may still be under way. The snapshot is free
            // meanwhile, since windows may be copied.
            let kept: Int
            if case .replace(let tokens, let marks) = edit {
                kept = try state.decoder.replaceText(with: tokens, keepingWindowsBefore: marks)
            } else {
                let addition = addition ?? []
                kept = state.decoder.tokens.count
                let needsBOS = kept == 0 && addition.first != model.tokenizer.bos
                try state.decoder.appendPrompt(needsBOS ? [model.tokenizer.bos] + addition : addition)
            }
            state.decoder.begin(
                sampler: sampler, options: drafts, constraint: constraint.map { ConstrainedText($0) },
                forcedText: options.speculation.draftsForcedText ? ForcedText(model.tokenizer) : nil)
            state.limit = options.maximumResponseTokens ?? .max
            // Under a constraint the text may have to end.
            let goesOn = options.ignoresEndOfText && constraint == nil
            state.endTokens = goesOn ? [] : model.tokenizer.endOfGeneration
            state.stopTokens = controlTokens(options.stop)
            state.text = GeneratedText(model.tokenizer, stop: options.stop, special: options.showsSpecialTokens)
            state.statistics = GenerationStatistics()
            if case .replace = edit { state.statistics.cachedPromptTokens = kept }
            return try snapshot.withLock { snapshot in
                guard !snapshot.isReset else { throw GemmaError.superseded }
                snapshot.tokens.replaceSubrange(kept..., with: state.decoder.tokens[kept...])
                snapshot.statistics = state.statistics
                snapshot.policy = state.decoder.draftLengthPolicy
                snapshot.generation += 1
                return snapshot.generation
            }
        }
        guard let number else { throw GemmaError.busy }
        return number
    }

    private func sampler(_ options: GenerationOptions) throws -> Sampler {
        let tokenizer = model.tokenizer
        var sampling = try options.sampling(model.defaultSampling)
        for token in sampling.logitBias.keys where !tokenizer.vocabulary.contains(token) {
            throw GemmaError.invalidOption(
                name: "the token of a logit bias", value: "\(token)",
                expected: "0 to \(tokenizer.vocabulary.count - 1)")
        }
        if options.ignoresEndOfText {
            for token in tokenizer.endOfGeneration { sampling.logitBias[token] = -.infinity }
        }
        // After the user's biases, which must not bring them back.
        for token in model.target.suppressedTokens { sampling.logitBias[token] = -.infinity }
        let dry = sampling.dry
        return Sampler(sampling, breakers: dry.isOff ? .init() : .init(dry.sequenceBreakers, tokenizer))
    }

    /// Those of `strings` that are control tokens, which the text may not show.
    func controlTokens(_ strings: [String]) -> Set<TokenID> {
        Set(strings.compactMap { model.tokenizer.vocabulary.id(of: $0) }.filter(model.tokenizer.isSpecial))
    }

    /// Reads a batch of the prompt or runs a round. It blocks while it computes: callers are on the worker.
    /// - Returns: nil if the generation has ended.
    package func step(_ generation: Int) throws -> StepResult? {
        try state.withLock { state in
            guard snapshot.withLock({ $0.generation }) == generation else { throw GemmaError.superseded }
            let outcome: Result<StepResult?, any Error>
            do { outcome = .success(try state.step()) } catch { outcome = .failure(error) }
            // Figures count what was done before an error, too.
            try publish(state, (try? outcome.get())?.tokens ?? [], of: generation)
            return try outcome.get()
        }
    }

    private func publish(_ state: State, _ tokens: [TokenID], of generation: Int) throws {
        try snapshot.withLock { snapshot in
            // It may have been reset meanwhile.
            guard snapshot.generation == generation else { throw GemmaError.superseded }
            snapshot.tokens += tokens
            snapshot.statistics = state.statistics
            snapshot.policy = state.decoder.draftLengthPolicy
        }
    }
}
