internal import Constraint
import Gemma4
import Sampling
import Speculative
import Synchronization
internal import Tokenizer

/// A text in progress: the decoder, and what becomes of its tokens.
///
/// Sendable because it lies in a `GenerationSlot` while nobody uses it, and whoever has taken it is alone with it.
final class Generation: @unchecked Sendable {
    private let tokenizer: BPETokenizer
    let decoder: SpeculativeDecoder
    private(set) var statistics = GenerationStatistics()
    private var limit = Int.max
    /// Those that the model ends a text with.
    private var endTokens: Set<TokenID> = []
    /// Control tokens that are stop strings.
    private var stopTokens: Set<TokenID> = []
    private var text: GeneratedText
    /// The most positions that have been read so far. Those that are read again do not count.
    private var furthest = 0

    init(_ tokenizer: BPETokenizer, _ decoder: SpeculativeDecoder) {
        self.tokenizer = tokenizer
        self.decoder = decoder
        text = GeneratedText(tokenizer, stop: [], special: false)
    }

    /// Resets the figures, and sets how the text goes on.
    /// - Parameter cachedPromptTokens: tokens of the prompt that need not be read.
    func begin(
        _ options: GenerationOptions, _ sampler: Sampler, _ constraint: ConstraintAutomaton?,
        cachedPromptTokens: Int = 0
    ) {
        let drafts = DraftOptions(
            length: options.speculation.draftLength, minimumProbability: options.speculation.minimumProbability,
            coupling: options.speculation.coupling)
        decoder.begin(
            sampler: sampler, options: drafts, constraint: constraint.map { ConstrainedText($0) },
            forcedText: options.speculation.draftsForcedText ? ForcedText(tokenizer) : nil)
        limit = options.maximumResponseTokens ?? .max
        // Under a constraint the text may have to end.
        let goesOn = options.ignoresEndOfText && constraint == nil
        endTokens = goesOn ? [] : tokenizer.endOfGeneration
        stopTokens = tokenizer.controlTokens(options.stop)
        text = GeneratedText(tokenizer, stop: options.stop, special: options.showsSpecialTokens)
        statistics = GenerationStatistics()
        statistics.cachedPromptTokens = cachedPromptTokens
        furthest = decoder.target.cache.count
    }

    // MARK: - Steps

    /// What is to be done next.
    enum Next {
        case step(isPrompt: Bool, limit: Int)
        /// The text is full. This is its last result.
        case last(StepResult)
        case nothing
    }

    func next() -> Next {
        guard statistics.finishReason == nil else { return .nothing }
        let wanted = limit - statistics.generatedTokens
        guard wanted > 0, decoder.room > 0 else {
            statistics.finishReason = wanted > 0 ? .contextFull : .maximumTokens
            return .last(StepResult(tokens: [], text: text.finish(), prompt: nil, statistics: statistics))
        }
        return .step(isPrompt: decoder.hasUnreadPrompt, limit: wanted)
    }

    /// Adds a token to the text; returns whether the text ends after it.
    func write(_ token: TokenID) -> Bool {
        text.append(token)
        if endTokens.contains(token) {
            statistics.finishReason = .endOfText
        } else if text.hasStopped || stopTokens.contains(token) {
            statistics.finishReason = .stopString
        }
        return statistics.finishReason != nil
    }

    /// Takes in the outcome of a step.
    /// - Parameters:
    ///   - places: of the new tokens in the decoder's text.
    ///   - time: that the pass took, and drafting before it.
    /// - Throws: the error of the step. The figures count what was done before it.
    func finish(_ places: Result<Range<Int>, any Error>, isPrompt: Bool, time: Duration) throws -> StepResult {
        if isPrompt {
            statistics.promptTokens += max(0, decoder.target.cache.count - furthest)
            statistics.promptTime += time
        } else {
            statistics.generationTime += time
            statistics.speculation = decoder.statistics
        }
        furthest = max(furthest, decoder.target.cache.count)
        let tokens = Array(decoder.tokens[try places.get()])
        // A round has told of its tokens.
        if isPrompt { for token in tokens { _ = write(token) } }
        statistics.generatedTokens += tokens.count
        let text = statistics.finishReason == nil ? text.take() : text.finish()
        var prompt: (Int, Int)?
        if isPrompt {
            let unread = decoder.tokens.count - tokens.count - decoder.target.cache.count
            prompt = (statistics.promptTokens, statistics.promptTokens + unread)
        }
        return StepResult(tokens: tokens, text: text, prompt: prompt, statistics: statistics)
    }
}

/// Where a generation is while nobody uses it.
final class GenerationSlot: Sendable {
    private let resting: Mutex<Generation?>

    init(_ generation: Generation?) { resting = Mutex(generation) }

    /// The generation, which is the caller's until it puts it back; nil if somebody else has it.
    func take() -> Generation? {
        resting.withLock { resting in
            defer { resting = nil }
            return resting
        }
    }

    func putBack(_ generation: Generation) { resting.withLock { $0 = generation } }
}
