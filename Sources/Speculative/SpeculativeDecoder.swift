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
    package internal(set) var statistics = SpeculationStatistics()

    /// The text so far. The target has read the first `target.cache.count` of it; after a round all but the last.
    package internal(set) var tokens: [Int32] = []

    /// Where texts of this decoder and of others that share it can be continued.
    package let prefixes: PrefixCache
    /// Whose texts this decoder may continue.
    package let salt: String
    /// Positions that are to be remembered once they are read.
    var marks: [Int] = []

    /// Where the text stands under its constraint, which covers what follows the prompt; nil if there is none.
    package internal(set) var constraint: ConstrainedText?
    /// Drafts what the constraint leaves no choice about; nil if that is not wanted.
    var forcedText: ForcedText?

    private let logger: Logger
    let hidden: FloatBuffer  // [embd]: the target's state at `hiddenPosition`
    var hiddenPosition = -1
    var rejection: RejectionSampling
    /// Between the beginning and the end of a step.
    var current: StepInProgress?
    var batch: [Int32] = []  // the unread token and the drafts
    var rows = ConstrainedRows()  // one for each token of the batch, if there is a constraint
    var draftDistributions: [Distribution] = []  // one for each draft
    var samplerStates: [SamplerState] = []  // after each token of a round
    var distribution = Distribution()
    var measuredPolicy = DraftLengthPolicy()
    var assumedPolicy = DraftLengthPolicy(costs: .assumed)
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
    var isReproducible: Bool {
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

    /// Takes in the last `count` tokens of the text, which are the first of the rows.
    func advanceConstraint(by count: Int) {
        guard constraint != nil else { return }
        constraint = rows.text(before: count)
        for token in tokens.suffix(count) { forcedText?.append(token) }
    }

    /// Rounds after which a drafter is judged. Drafts after the first of a round hang on it, so they say little; and a
    /// right drafter may well miss a few rounds in a row.
    private static let roundsBeforeWarning = 64

    func warnIfUseless() {
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
