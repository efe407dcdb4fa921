package import Assistant
package import Gemma4
package import Logging
package import Sampling
import Tensor

/// Decodes a sequence in rounds of draft, verification and rollback; without a drafter, in rounds of one token.
///
/// The text (greedy) or its distribution (sampled) is that of the target alone: see `RejectionSampling`, of which
/// greedy decoding is the case where every distribution holds one token.
package final class SpeculativeDecoder {
    package let target: TargetContext
    package let drafter: DraftContext?
    package private(set) var sampler: Sampler
    package var options: DraftOptions {
        didSet { if options.syntheticAcceptance?.seed != oldValue.syntheticAcceptance?.seed { coin = nil } }
    }
    package private(set) var statistics = SpeculationStatistics()

    /// The text so far. The target has read the first `target.cache.count` of it; after a round all but the last.
    package internal(set) var tokens: [Int32] = []

    private let logger: Logger
    private let hidden: FloatBuffer  // [embd]: the target's state at `hiddenPosition`
    var hiddenPosition = -1
    private var rejection: RejectionSampling
    private var batch: [Int32] = []  // the unread token and the drafts
    private var draftDistributions: [Distribution] = []  // one for each draft
    private var samplerStates: [SamplerState] = []  // after each token of a round
    private var distribution = Distribution()
    private var measuredPolicy = DraftLengthPolicy()
    private var assumedPolicy = DraftLengthPolicy(costs: .assumed)
    private var coin: Xoshiro256?  // of synthetic acceptance
    private var hasWarned = false

    /// - Throws: `TensorError.outOfMemory`.
    package init(
        target: TargetContext, drafter: DraftContext?, sampler: Sampler, options: DraftOptions = .init(),
        logger: Logger = Logger(label: "gemma.speculative")
    ) throws {
        self.target = target
        self.drafter = drafter
        self.sampler = sampler
        self.options = options
        self.logger = logger
        hidden = try FloatBuffer(count: target.target.config.embeddingLength)
        rejection = RejectionSampling(vocabularySize: target.target.config.vocabularySize)
        // Beyond a million tokens the array grows as it must: an array's memory, unlike a cache's, cannot be refused.
        tokens.reserveCapacity(min(target.cache.contextLength, 1 << 20))
    }

    /// Resets the statistics and sets other options. What was learned of the machine and the drafter stays, except
    /// where the text is to depend on the sampler's seed alone.
    package func begin(sampler: Sampler, options: DraftOptions) {
        self.sampler = sampler
        self.options = options
        assumedPolicy = DraftLengthPolicy(costs: .assumed)
        statistics = SpeculationStatistics()
    }

    /// What chooses the number of drafts; nil if it is fixed or there is no drafter.
    package var draftLengthPolicy: DraftLengthPolicy? {
        guard drafter != nil, options.length == .automatic else { return nil }
        return isReproducible ? assumedPolicy : measuredPolicy
    }

    /// Whether the text must not depend on how long anything takes: with a seed, how many drafts are made decides which
    /// random numbers are left for what follows.
    private var isReproducible: Bool { !sampler.isGreedy && sampler.options.seed != nil }

    /// Tokens that still fit into the context.
    package var room: Int { target.cache.contextLength - tokens.count }

    // MARK: - Prompt

    /// Reads what the target has not read of the text and adds the token that follows it.
    /// - Returns: the place of the new token in `tokens`.
    package func readPrompt() throws -> Range<Int> {
        while true {
            let places = try readPromptBatch()
            if !places.isEmpty { return places }
        }
    }

    /// Reads one batch of what the target has not read. After the last one it adds the token that follows the text.
    /// - Returns: the place of the new token in `tokens`; empty while more is left to read.
    /// - Throws: `ModelError`, `TensorError.outOfMemory` or `CancellationError`. The text stays as it was.
    package func readPromptBatch() throws -> Range<Int> {
        let unread = tokens[target.cache.count...]
        guard unread.count <= target.batchLength else {
            _ = try target.forward(unread.prefix(target.batchLength), logits: 0..<0, hidden: 0..<0)
            return tokens.endIndex..<tokens.endIndex
        }
        let last = unread
        let output = try target.forward(
            last, logits: last.count - 1..<last.count, hidden: last.count - 1..<last.count)
        target.compute.begin(.sampling)
        defer { target.compute.end() }
        keepHidden(output.hidden, row: 0)
        sampler.distribution(of: output.logits.mutableRow(0), after: History(tokens), into: &distribution)
        guard let token = sampler.draw(from: distribution) else {
            target.cache.truncate(to: tokens.count - 1)  // so that something is unread, whoever tries again
            throw nothingToDraw(from: output.logits.row(0), position: tokens.count)
        }
        sampler.accept(token, of: distribution)
        tokens.append(token)
        return tokens.count - 1..<tokens.count
    }

    // MARK: - Rounds

    /// One round: as many drafts as the options, `limit` and the context allow, and one pass of the target.
    /// - Parameters:
    ///   - limit: tokens that are wanted at most, at least 1.
    ///   - isLast: called with each new token in order, until it returns true: the text ends after that token.
    /// - Returns: the places of the new tokens in `tokens`.
    package func round(limit: Int, isLast: (Int32) -> Bool) throws -> Range<Int> {
        // A round gives one token more than it accepts drafts.
        let limit = max(0, min(limit, room, target.batchLength) - 1)
        return try round(draftCount: draftCount(limit: limit), isLast: isLast)
    }

    /// A round after which the text ends at the first of `stopTokens`, if there is one.
    package func round(limit: Int, stopTokens: Set<Int32>) throws -> Range<Int> {
        try round(limit: limit, isLast: stopTokens.contains)
    }

    private func draftCount(limit: Int) -> Int {
        switch options.length {
        case .fixed(let count): max(0, min(count, limit))
        case .automatic where drafter == nil: 0
        case .automatic: isReproducible ? assumedPolicy.next(limit: limit) : measuredPolicy.next(limit: limit)
        }
    }

    /// One round with exactly `draftCount` drafts, unless the drafter is unsure.
    package func round(draftCount: Int, isLast: (Int32) -> Bool = { _ in false }) throws -> Range<Int> {
        let clock = ContinuousClock()
        let start = clock.now
        let endedUnsure = try draft(draftCount)
        let drafted = clock.now
        let drafts = batch.count - 1
        let first = target.cache.count
        let output = try target.forward(batch[...], logits: 0..<batch.count, hidden: 0..<batch.count)
        target.compute.begin(.sampling)
        defer { target.compute.end() }
        let accepted: Int
        let state = sampler.state
        samplerStates.removeAll(keepingCapacity: true)
        do {
            accepted = try options.syntheticAcceptance.map { try pretend($0, output) } ?? verify(output)
        } catch {
            target.cache.truncate(to: first)
            sampler.state = state
            throw error
        }
        let end = clock.now

        // Accepted drafts and the token after them; text after the last token is dropped.
        let news = batch[1...]
        let count = news.firstIndex(where: isLast) ?? news.count
        tokens.append(contentsOf: news.prefix(count))
        target.cache.truncate(to: first + count)
        sampler.state = samplerStates[count - 1]
        keepHidden(output.hidden, row: count - 1)

        statistics.count(chosen: draftCount, drafted: drafts, accepted: accepted, tokens: count)
        statistics.draftTime += drafted - start
        statistics.verifyTime += end - drafted
        let (draftTime, passTime) = ((drafted - start).inSeconds, (end - drafted).inSeconds)
        measuredPolicy.record(
            drafts: drafts, endedUnsure: endedUnsure, accepted: accepted, draftTime: draftTime, passTime: passTime)
        assumedPolicy.record(
            drafts: drafts, endedUnsure: endedUnsure, accepted: accepted, draftTime: draftTime, passTime: passTime)
        warnIfUseless()
        return tokens.count - count..<tokens.count
    }

    /// Fills `batch` with the unread token and up to `count` drafts; returns whether it ended before a step that was
    /// unsure.
    private func draft(_ count: Int) throws -> Bool {
        batch.removeAll(keepingCapacity: true)
        batch.append(tokens[tokens.count - 1])
        guard let drafter, count > 0 else { return false }
        var endedUnsure = false
        // Drafts move the state as if they were accepted; what the target makes of them moves it anew.
        let state = sampler.state
        defer { sampler.state = state }
        while draftDistributions.count < count { draftDistributions.append(Distribution()) }
        try drafter.draft(count: count, token: batch[0], at: target.cache.count, hidden: hidden.base) { step in
            // The rule may depend on the distribution but not on the token drawn from it, or it would bias the text.
            let minimum = options.minimumProbability
            if minimum > 0, largestProbability(ofLogits: UnsafeBufferPointer(step.logits)) < minimum {
                endedUnsure = true
                return nil
            }
            let place = batch.count - 1
            sampler.distribution(
                of: step.logits, candidates: step.candidates, after: history(drafts: place),
                into: &draftDistributions[place])
            guard let token = sampler.draw(from: draftDistributions[place]) else { return nil }
            sampler.accept(token, of: draftDistributions[place])
            batch.append(token)
            return token
        }
        return endedUnsure
    }

    /// The text with the first `count` drafts.
    private func history(drafts count: Int) -> History { History(tokens, drafts: batch[1..<1 + count]) }

    /// Cuts `batch` after the accepted drafts and puts the target's own token there; returns how many were accepted.
    private func verify(_ output: TargetRunner.Output) throws -> Int {
        let drafts = batch.count - 1
        for row in 0...drafts {
            sampler.distribution(
                of: output.logits.mutableRow(row), after: history(drafts: row), into: &distribution)
            var token: Int32?
            if row == drafts {
                token = sampler.draw(from: distribution)
            } else {
                let (draft, drafter) = (batch[row + 1], draftDistributions[row])
                if rejection.accepts(draft, target: distribution, drafter: drafter, sampler: &sampler) {
                    accept(draft)
                    continue
                }
                token = rejection.replacement(target: distribution, drafter: drafter, sampler: &sampler)
            }
            guard let token else { throw nothingToDraw(from: output.logits.row(row), position: tokens.count + row) }
            accept(token)
            batch.removeLast(drafts - row)
            batch.append(token)
            return row
        }
        return drafts
    }

    /// Tells the sampler of a new token, drawn from `distribution`.
    private func accept(_ token: Int32) {
        sampler.accept(token, of: distribution)
        samplerStates.append(sampler.state)
    }

    /// Verifies at its true cost, and then leaves the outcome to the coin of `synthetic`.
    private func pretend(_ synthetic: SyntheticAcceptance, _ output: TargetRunner.Output) throws -> Int {
        let drafts = batch.count - 1
        if coin == nil { coin = Xoshiro256(seed: synthetic.seed) }
        let accepted = synthetic.accepted(of: drafts, uniform: coin?.uniform() ?? 0)
        for row in 0...accepted {
            sampler.distribution(
                of: output.logits.mutableRow(row), after: history(drafts: row), into: &distribution)
            guard row < accepted else { break }
            _ = rejection.accepts(
                batch[row + 1], target: distribution, drafter: draftDistributions[row], sampler: &sampler)
            accept(batch[row + 1])
        }
        guard let token = sampler.draw(from: distribution) else {
            throw nothingToDraw(from: output.logits.row(accepted), position: tokens.count + accepted)
        }
        accept(token)
        batch.removeLast(drafts - accepted)
        batch.append(token)
        return accepted
    }

    /// Why no token can be drawn. Samplers leave NaN as it is.
    private func nothingToDraw(from logits: UnsafeBufferPointer<Float>, position: Int) -> ModelError {
        logits.contains(where: \.isNaN) ? .notANumber(position: position) : .everyTokenExcluded(position: position)
    }

    private func keepHidden(_ states: Rows, row: Int) {
        hidden.base.update(from: states[row], count: states.width)
        hiddenPosition = target.cache.count - 1
    }

    /// Rounds after which a drafter is judged. Drafts after the first of a round hang on it, so they say little; and a
    /// right drafter may well miss a few rounds in a row.
    private static let roundsBeforeWarning = 64

    private func warnIfUseless() {
        let (rounds, accepted) = (statistics.draftedByPosition.first ?? 0, statistics.acceptedByPosition.first ?? 0)
        guard !hasWarned, rounds >= Self.roundsBeforeWarning, accepted * 50 < rounds else { return }
        hasWarned = true
        logger.warning(
            """
            the first draft was accepted in \(accepted) of \(rounds) rounds: the drafter was probably made for another \
            target; run without it
            """)
    }
}
