import Gemma4
import Speculative
internal import Tokenizer

extension GemmaSession {
    /// A generation under way, and what computes it. Whoever holds it has the right to compute.
    struct State {
        let decoder: SpeculativeDecoder
        var statistics = GenerationStatistics()
        var limit = Int.max
        /// Those that the model ends a text with.
        var endTokens: Set<TokenID> = []
        /// Control tokens that are stop strings.
        var stopTokens: Set<TokenID> = []
        var text: GeneratedText
    }
}

extension GemmaSession.State {
    mutating func step() throws -> GemmaSession.StepResult? {
        guard statistics.finishReason == nil else { return nil }
        let wanted = limit - statistics.generatedTokens
        guard wanted > 0, decoder.room > 0 else {
            statistics.finishReason = wanted > 0 ? .contextFull : .maximumTokens
            return GemmaSession.StepResult(tokens: [], text: text.finish(), prompt: nil, statistics: statistics)
        }
        let isPrompt = decoder.hasUnreadPrompt
        let places = try isPrompt ? readBatch(limit: wanted) : runRound(limit: wanted)
        let tokens = Array(decoder.tokens[places])
        statistics.generatedTokens += tokens.count
        let text = statistics.finishReason == nil ? text.take() : text.finish()
        guard isPrompt else {
            return GemmaSession.StepResult(tokens: tokens, text: text, prompt: nil, statistics: statistics)
        }
        let unread = decoder.tokens.count - tokens.count - decoder.target.cache.count
        let done = statistics.promptTokens
        return GemmaSession.StepResult(
            tokens: tokens, text: text, prompt: (done, done + unread), statistics: statistics)
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

    private mutating func readBatch(limit: Int) throws -> Range<Int> {
        let read = decoder.target.cache.count
        let start = ContinuousClock.now
        defer {
            statistics.promptTokens += decoder.target.cache.count - read
            statistics.promptTime += .now - start
        }
        let places = try decoder.readPromptBatch(limit: limit)
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
