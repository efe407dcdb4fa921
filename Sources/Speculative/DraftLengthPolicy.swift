/// Chooses how many drafts a round makes: those that promise the most tokens per unit of time by what earlier rounds
/// showed, and now and then some others, since what is not tried is not known.
///
/// It depends on nothing but what it is told. Costs are in any unit of time.
package struct DraftLengthPolicy: Sendable {
    /// Where the costs come from.
    package enum Costs: Sendable {
        /// The rounds' own times.
        case measured
        /// A machine assumed once and for all, for choices that depend on the text alone.
        case assumed
    }

    let costs: Costs
    private(set) var acceptance: AcceptanceEstimate
    private(set) var draftCosts: CostCurve  // by the number of drafts
    private(set) var passCosts: CostCurve  // by the number of rows
    /// Most drafts that a round has made.
    private(set) var longest = 0

    private var best = 0
    private var bestRate = 0.0  // tokens per unit of time
    /// Time that trials may still lose.
    private var allowance = 0.0
    private var trialInterval = Self.shortestInterval
    private var roundsSinceTrial = 0
    private var trialCount = 0
    /// Whether the current round tries another length than `best`.
    private var isTrial = false

    /// With more drafts than this the last ones are too rarely reached to pay for their rows.
    package static let maximum = 16
    /// How much better than plain decoding drafts must look, since plain decoding is the one that cannot go wrong.
    private static let margin = 1.02
    /// Where drafts look less than this much better, the cost of a plain pass is worth measuring again.
    private static let closeMargin = 1.3
    /// The share of all time that trials may lose, and how many passes' time may be saved up.
    private static let (trialShare, savedPasses) = (0.015, 3.0)
    /// Rounds from one trial to the next; each one that changes nothing doubles them, unless it costs next to nothing.
    private static let (shortestInterval, cheapInterval, longestInterval) = (4, 8, 32)
    /// What a draft and a further row cost, as shares of a plain pass, where nothing has been measured: the weights are
    /// read once for all rows.
    private static let (assumedDraft, assumedRow) = (0.03, 0.08)

    package init(costs: Costs = .measured) {
        self.costs = costs
        acceptance = AcceptanceEstimate(maximum: Self.maximum)
        draftCosts = CostCurve(sizes: Self.maximum + 1, assumedSlope: 0)
        passCosts = CostCurve(sizes: Self.maximum + 2, assumedSlope: Self.assumedRow)
        draftCosts.record(0, size: 0)
        if costs == .assumed { passCosts.record(1, size: 1) }
    }

    // MARK: - Choice

    /// The number of drafts for the next round, `limit` at most.
    package mutating func next(limit: Int = Self.maximum) -> Int {
        isTrial = false
        guard limit > 0, passCosts.isMeasured(1), !passCosts.isDoubtful(1) else { return 0 }
        choose()
        roundsSinceTrial += 1
        guard let trial = trialLength, trial <= limit else { return min(best, limit) }
        let loss = max(0, cost(trial) - expectedTokens(trial) / bestRate)
        let isCheap = loss < 0.1 * cost(0)
        let interval = isCheap ? min(trialInterval, Self.cheapInterval) : trialInterval
        guard roundsSinceTrial >= interval, loss <= allowance else { return min(best, limit) }
        isTrial = true
        roundsSinceTrial = 0
        trialCount += 1
        return trial
    }

    /// What to try instead of the best: more, fewer or no drafts in turn; nil where nothing else could pay.
    private var trialLength: Int? {
        if best == 0 {
            // The fewest that would pay if all of them were accepted.
            let fewest = (1...min(Self.maximum, longest + 2)).first {
                Double($0 + 1) / cost($0) > Self.margin * Self.margin * bestRate
            }
            // Where they are accepted and still do not pay, rows cost much; more of them may cost less each.
            guard let fewest, acceptance.conditional[0] > 0.5 else { return fewest }
            return min((fewest + 1) << (trialCount % 3) - 1, Self.maximum)
        }
        if trialCount % 2 == 1 { return bestRate * cost(0) < Self.closeMargin || trialCount % 4 == 3 ? 0 : best - 1 }
        return best < Self.maximum ? best + 1 : best - 1
    }

    private mutating func choose() {
        (best, bestRate) = (0, 1 / cost(0))
        var tokens = 1.0
        var chance = 1.0
        // What long drafts cost and bring is extrapolated: go there in steps.
        for drafts in 1...min(Self.maximum, max(3, 2 * longest + 1)) {
            chance *= acceptance.conditional[drafts - 1]
            tokens += chance
            let rate = tokens / cost(drafts)
            if rate > bestRate * (best == 0 ? Self.margin : 1) { (best, bestRate) = (drafts, rate) }
        }
    }

    private func expectedTokens(_ drafts: Int) -> Double {
        var tokens = 1.0
        var chance = 1.0
        for position in 0..<drafts {
            chance *= acceptance.conditional[position]
            tokens += chance
        }
        return tokens
    }

    /// The cost of a round.
    private func cost(_ drafts: Int) -> Double {
        let plain = passCosts.estimates[1]
        let draft =
            longest > 0 && costs == .measured
            ? draftCosts.estimates[drafts] : Self.assumedDraft * plain * Double(drafts)
        return draft + passCosts.estimates[drafts + 1]
    }

    // MARK: - Record

    /// Takes in a round: of `drafts`, the first `accepted` were accepted.
    /// - Parameters:
    ///   - endedUnsure: whether one more step was made whose draft was thrown away. It cost as much as the others, and
    ///     counts as a draft that was not accepted.
    ///   - times: what making them took, and a pass of `drafts` + 1 rows. Nil where the pass had others' rows, too,
    ///     and ignored where costs are assumed.
    package mutating func record(
        drafts: Int, endedUnsure: Bool = false, accepted: Int, times: (draft: Double, pass: Double)?
    ) {
        let steps = endedUnsure ? drafts + 1 : drafts
        guard steps <= Self.maximum else { return }
        longest = max(longest, steps)
        acceptance.record(drafts: steps, accepted: accepted)
        guard times != nil || costs == .assumed else {
            isTrial = false
            return
        }
        if costs == .measured, let times {
            passCosts.record(times.pass, size: drafts + 1)
            if steps > 0 { draftCosts.record(times.draft, size: steps) }
        }
        let time = cost(steps)
        allowance = min(allowance + Self.trialShare * time, Self.savedPasses * passCosts.estimates[1])
        guard isTrial else { return }
        isTrial = false
        // A trial that brings more than was expected pays for the next one.
        allowance -= time - Double(accepted + 1) / bestRate
        let before = best
        choose()
        let isPromising = best != before || (before == 0 && accepted > 0)
        trialInterval = isPromising ? Self.shortestInterval : min(2 * trialInterval, Self.longestInterval)
    }
}
