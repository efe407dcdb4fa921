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

    /// Whoever has the generation may compute: for one batch or one round.
    let slot: GenerationSlot
    /// What others look at. It is never held while anything is computed.
    let snapshot: Mutex<Snapshot>

    var worker: Worker { model.engine.worker }

    /// Written after each batch and each round.
    struct Snapshot {
        var statistics = GenerationStatistics()
        var tokens: [TokenID] = []
        /// Nil if the number of drafts is fixed.
        var policy: DraftLengthPolicy?
        /// Numbers the generations; an older one cannot continue.
        var generation = 0
        /// When it began, among those of all sessions.
        var order = 0
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
        slot = GenerationSlot(Generation(model.tokenizer, decoder))
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
            guard let generation = slot.take() else { return nil }
            defer { slot.putBack(generation) }
            let compute = generation.decoder.target.compute
            return compute.profile?.table(
                MachineLimits(
                    readBandwidth: compute.readBandwidth(model.target.decodeMatrices),
                    integerPeak: compute.integerPeak()))
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
        ResponseStream(session: self, edit: .append(prompt), options: options, progress: progress)
    }

    /// Edits the text and then continues it with what the model makes of it.
    package func streamResponse(
        to edit: Edit, options: GenerationOptions = .init(),
        progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) -> ResponseStream {
        ResponseStream(session: self, edit: edit, options: options, progress: progress)
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
        let sampler = try model.sampler(options)
        let constraint =
            try automaton
            ?? options.constraint.map { try model.engine.constraints.automaton(for: $0, model.tokenizer) }
        let addition: [TokenID]? =
            if case .append(let prompt) = edit { try model.tokenizer.encode(prompt) } else { nil }
        guard let generation = slot.take() else { throw GemmaError.busy }
        defer { slot.putBack(generation) }
        let decoder = generation.decoder
        let wasReset = snapshot.withLock { snapshot in
            defer { snapshot.isReset = false }
            return snapshot.isReset
        }
        if wasReset { decoder.restart() }
        // Nothing may change if these fail: an earlier generation may still be under way.
        var cached = 0
        if case .replace(let tokens, let marks) = edit {
            cached = try decoder.replaceText(with: tokens, keepingWindowsBefore: marks)
        } else {
            let addition = addition ?? []
            try decoder.appendPrompt(decoder.tokens.isEmpty ? model.tokenizer.beginning(addition) : addition)
        }
        generation.begin(options, sampler, constraint, cachedPromptTokens: cached)
        return try snapshot.withLock { snapshot in
            guard !snapshot.isReset else { throw GemmaError.superseded }
            snapshot.tokens = decoder.tokens
            snapshot.statistics = generation.statistics
            snapshot.policy = decoder.draftLengthPolicy
            snapshot.generation += 1
            snapshot.order = model.engine.loop.nextOrder()
            return snapshot.generation
        }
    }

    /// When the generation began, among those of all sessions.
    var order: Int { snapshot.withLock(\.order) }

    /// Throws if the generation is not the newest.
    func check(_ generation: Int) throws {
        guard snapshot.withLock({ $0.generation }) == generation else { throw GemmaError.superseded }
    }

    /// Shows what a step has done.
    func publish(_ state: Generation, _ tokens: [TokenID], of generation: Int) throws {
        try snapshot.withLock { snapshot in
            // It may have been reset meanwhile.
            guard snapshot.generation == generation else { throw GemmaError.superseded }
            snapshot.tokens += tokens
            snapshot.statistics = state.statistics
            snapshot.policy = state.decoder.draftLengthPolicy
        }
    }
}
