package import Assistant
package import Constraint
package import Gemma4
package import Logging
package import Sampling
import Tensor

/// Decodes a sequence in rounds of draft, verification and rollback; without a drafter, in rounds of one token.
///
/// The text, or with `DraftCoupling.rejection` its distribution, is that of the target alone; greedy decoding is the
/// case where every distribution holds one token. Under a constraint it is that of the target whose logits of all other
/// tokens are minus infinity.
package final class SpeculativeDecoder {
    package let target: TargetContext
    package let drafter: DraftContext?
    package internal(set) var sampler: Sampler
    package var options: DraftOptions {
        didSet { if options.syntheticAcceptance?.seed != oldValue.syntheticAcceptance?.seed { coin = nil } }
    }
    package private(set) var statistics = SpeculationStatistics()

    /// The text so far. The target has read the first `target.cache.count` of it; after a round all but the last.
    package internal(set) var tokens: [Int32] = []

    /// Where texts of this decoder and of others that share it can be continued.
    package let prefixes: PrefixCache
    /// Whose texts this decoder may continue.
    package let salt: String
    /// Positions that are to be remembered once they are read.
    var marks: [Int] = []

    /// Where the text stands under its constraint, which covers what follows the prompt; nil if there is none.
    package private(set) var constraint: ConstrainedText?
    /// Drafts what the constraint leaves no choice about; nil if that is not wanted.
    var forcedText: ForcedText?

    private let logger: Logger
    let hidden: FloatBuffer  // [embd]: the target's state at `hiddenPosition`
    var hiddenPosition = -1
    var rejection: RejectionSampling
    var batch: [Int32] = []  // the unread token and the drafts
    var rows = ConstrainedRows()  // one for each token of the batch, if there is a constraint
    var draftDistributions: [Distribution] = []  // one for each draft
    var samplerStates: [SamplerState] = []  // after each token of a round
    var distribution = Distribution()
    private var measuredPolicy = DraftLengthPolicy()
    private var assumedPolicy = DraftLengthPolicy(costs: .assumed)
    var coin: Xoshiro256?  // of synthetic acceptance
    private var hasWarned = false

    /// - Parameters:
    ///   - prefixes: of the target's pool; nil for one that this decoder has for itself.
    ///   - salt: whose texts it may continue.
    /// - Throws: `TensorError.outOfMemory`.
    package init(
        target: TargetContext, drafter: DraftContext?, sampler: Sampler, options: DraftOptions = .init(),
        prefixes: PrefixCache? = nil, salt: String = "", logger: Logger = Logger(label: "gemma.speculative")
    ) throws {
        // The text itself and as much again.
        self.prefixes = prefixes ?? PrefixCache(target.cache.pool, byteLimit: 2 * target.cache.byteCount)
        self.salt = salt
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
    /// - Parameters:
    ///   - constraint: what may follow the text that is there now; nil for anything.
    ///   - forcedText: drafts what must follow under the constraint, also without a drafter; nil to do without.
    package func begin(
        sampler: Sampler, options: DraftOptions, constraint: ConstrainedText? = nil, forcedText: ForcedText? = nil
    ) {
        self.sampler = sampler
        self.options = options
        self.constraint = constraint
        self.forcedText = constraint == nil ? nil : forcedText
        assumedPolicy = DraftLengthPolicy(costs: .assumed)
        statistics = SpeculationStatistics()
    }

    /// What chooses the number of drafts; nil if it is fixed or there is no drafter.
    package var draftLengthPolicy: DraftLengthPolicy? {
        guard drafter != nil, options.length == .automatic else { return nil }
        return isReproducible ? assumedPolicy : measuredPolicy
    }

    /// Whether the number of drafts must not depend on how long anything takes: with a seed, it decides which random
    /// numbers of the generator are left for what follows.
    private var isReproducible: Bool {
        options.coupling == .rejection && !sampler.isGreedy && sampler.options.seed != nil
    }

    /// Tokens that still fit into the context.
    package var room: Int { target.cache.contextLength - tokens.count }

    /// Remembers how to go on after the first `count` tokens, if the cache still can.
    package func remember(at count: Int) {
        guard count <= tokens.count, let snapshot = target.cache.snapshot(at: count) else { return }
        prefixes.store(snapshot, of: tokens[..<count], salt: salt)
    }

    /// Remembers the marks that have been reached. Called before a pass drops what they need.
    func rememberMarks() {
        for mark in marks where mark <= target.cache.count { remember(at: mark) }
        marks.removeAll { $0 <= target.cache.count }
    }

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
    /// - Parameter limit: tokens that are wanted at most, at least 1; a constrained text is completed within them.
    /// - Returns: the place of the new token in `tokens`; empty while more is left to read.
    /// - Throws: `ModelError`, `TensorError.outOfMemory`, `ConstraintError` or `CancellationError`. The text stays as
    ///   it was.
    package func readPromptBatch(limit: Int = .max) throws -> Range<Int> {
        let unread = tokens[target.cache.count...]
        guard unread.count <= target.batchLength else {
            _ = try target.forward(unread.prefix(target.batchLength), logits: 0..<0, hidden: 0..<0)
            rememberMarks()
            return tokens.endIndex..<tokens.endIndex
        }
        let last = unread
        let output = try target.forward(
            last, logits: last.count - 1..<last.count, hidden: last.count - 1..<last.count)
        rememberMarks()
        target.compute.begin(.sampling)
        defer { target.compute.end() }
        keepHidden(output.hidden, row: 0)
        rows.begin(constraint, left: min(limit, room))
        let token: Int32
        do {
            try findDistribution(row: 0, of: output.logits, after: History(tokens))
            token =
                try draw(from: distribution, at: tokens.count)
                ?? end(row: 0, of: output.logits, position: tokens.count)
            guard try rows.append(token, after: 0) else { throw ConstraintError.nothingFits }
        } catch {
            target.cache.truncate(to: tokens.count - 1)  // so that something is unread, whoever tries again
            throw error
        }
        sampler.accept(token, of: distribution)
        tokens.append(token)
        advanceConstraint(by: 1)
        return tokens.count - 1..<tokens.count
    }

    // MARK: - Rounds

    /// One round: drafts as the options, the constraint, `limit` and the context allow, and one pass of the target.
    /// - Parameters:
    ///   - limit: tokens that are wanted at most, at least 1; a constrained text is completed within them, if it can
    ///     be.
    ///   - isLast: called with each new token in order, until it returns true: the text ends after that token.
    /// - Returns: the places of the new tokens in `tokens`.
    /// - Throws: what reading a prompt throws; the text stays as it was.
    package func round(limit: Int, isLast: (Int32) -> Bool) throws -> Range<Int> {
        let start = ContinuousClock.now
        beginRound(left: min(limit, room))
        // A round gives one token more than it accepts drafts.
        let limit = max(0, min(limit, room, target.batchLength) - 1)
        let forced = try draftForcedText(limit: limit)
        guard let count = draftCount(limit: limit, unlessFewerThan: forced) else {
            return try verify(Drafts(source: .constraint, chosen: forced), since: start, isLast: isLast)
        }
        batch.removeLast(forced)
        return try verify(draft(count), since: start, isLast: isLast)
    }

    /// A round after which the text ends at the first of `stopTokens`, if there is one.
    package func round(limit: Int, stopTokens: Set<Int32>) throws -> Range<Int> {
        try round(limit: limit, isLast: stopTokens.contains)
    }

    /// One round with exactly `draftCount` drafts of the drafter, unless it is unsure or the text ends.
    package func round(draftCount: Int, isLast: (Int32) -> Bool = { _ in false }) throws -> Range<Int> {
        let start = ContinuousClock.now
        beginRound(left: room)
        return try verify(draft(draftCount), since: start, isLast: isLast)
    }

    private func beginRound(left: Int) {
        batch.removeAll(keepingCapacity: true)
        batch.append(tokens[tokens.count - 1])
        rows.begin(constraint, left: left)
    }

    /// The number of drafts that the drafter is to make; nil if more of `forced` others are likely to be accepted.
    private func draftCount(limit: Int, unlessFewerThan forced: Int) -> Int? {
        switch options.length {
        case _ where drafter == nil && forced > 0: return nil
        case .fixed(let count):
            let count = max(0, min(count, limit))
            return prefers(forced, to: count) ? nil : count
        case .automatic where drafter == nil: return 0
        case .automatic:
            // A choice that is not taken must not count as one.
            var policy = isReproducible ? assumedPolicy : measuredPolicy
            let count = policy.next(limit: limit)
            if prefers(forced, to: count) { return nil }
            if isReproducible { assumedPolicy = policy } else { measuredPolicy = policy }
            return count
        }
    }

    /// Whether more of `forced` drafts of forced text are likely to be accepted than of `count` drafts of the drafter,
    /// by what became of both so far. A drafter may not know JSON, and a model may write bytes in tokens of its own.
    private func prefers(_ forced: Int, to count: Int) -> Bool {
        func rate(_ accepted: Int, of drafted: Int) -> Double { (Double(accepted) + 3) / (Double(drafted) + 4) }
        let forcedRate = rate(statistics.forcedAccepted, of: statistics.forcedDrafted)
        return Double(forced) * forcedRate > Double(count) * rate(statistics.accepted, of: statistics.drafted)
    }

    /// The pass over the batch, and what becomes of the drafts in it.
    private func verify(
        _ drafts: Drafts, since start: ContinuousClock.Instant, isLast: (Int32) -> Bool
    ) throws -> Range<Int> {
        let drafted = ContinuousClock.now
        let draftCount = batch.count - 1
        let first = target.cache.count
        let output = try target.forward(batch[...], logits: 0..<batch.count, hidden: 0..<batch.count)
        target.compute.begin(.sampling)
        defer { target.compute.end() }
        let accepted: Int
        let state = sampler.state
        samplerStates.removeAll(keepingCapacity: true)
        do {
            accepted = try options.syntheticAcceptance.map { try pretend($0, drafts, output) } ?? verify(output)
        } catch {
            target.cache.truncate(to: first)
            sampler.state = state
            throw error
        }
        let end = ContinuousClock.now

        // Accepted drafts and the token after them; text after the last token is dropped.
        let news = batch[1...]
        let count = news.firstIndex(where: isLast) ?? news.count
        tokens.append(contentsOf: news.prefix(count))
        target.cache.truncate(to: first + count)
        sampler.state = samplerStates[count - 1]
        advanceConstraint(by: count)
        keepHidden(output.hidden, row: count - 1)

        statistics.draftTime += drafted - start
        statistics.verifyTime += end - drafted
        guard drafts.source == .drafter else {
            forcedText?.record(drafted: draftCount, accepted: accepted)
            statistics.countForced(drafted: draftCount, accepted: accepted, tokens: count)
            return tokens.count - count..<tokens.count
        }
        statistics.count(chosen: drafts.chosen, drafted: draftCount, accepted: accepted, tokens: count)
        let (draftTime, passTime) = ((drafted - start).inSeconds, (end - drafted).inSeconds)
        measuredPolicy.record(
            drafts: draftCount, endedUnsure: drafts.endedUnsure, accepted: accepted, draftTime: draftTime,
            passTime: passTime)
        assumedPolicy.record(
            drafts: draftCount, endedUnsure: drafts.endedUnsure, accepted: accepted, draftTime: draftTime,
            passTime: passTime)
        // No drafter is made for what a constraint makes a target write.
        if constraint == nil { warnIfUseless() }
        return tokens.count - count..<tokens.count
    }

    /// Takes in the last `count` tokens of the text, which are the first of the rows.
    private func advanceConstraint(by count: Int) {
        guard constraint != nil else { return }
        constraint = rows.text(before: count)
        for token in tokens.suffix(count) { forcedText?.append(token) }
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
