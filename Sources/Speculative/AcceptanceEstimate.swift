/// How likely drafts are to be accepted, by position, from decaying counts.
///
/// A position counts where it was reached, that is, where all before it were accepted: its probability is conditional.
struct AcceptanceEstimate: Sendable {
    /// Element i: the probability that draft i is accepted if those before it were.
    private(set) var conditional: [Double]
    private var trials: [Double]
    private var hits: [Double]
    /// Per position: the probability of the current streak of equal outcomes, and whether they are acceptances.
    private var surprise: [(chance: Double, isHit: Bool)]

    /// The weight that a count keeps for each newer one: about the last 28 rounds matter.
    private static let memory = 1 - 1.0 / 28
    /// A streak less likely than this shows that the text has changed: most of what was counted is forgotten.
    private static let (incredible, forgetting) = (0.001, 0.2)
    /// What is assumed before anything is known, as one trial.
    private static let prior = 0.7

    init(maximum: Int) {
        trials = Array(repeating: 0, count: maximum)
        hits = trials
        conditional = Array(repeating: Self.prior, count: maximum)
        surprise = Array(repeating: (1, false), count: maximum)
        trials[0] = 1
        hits[0] = Self.prior
    }

    /// Takes in a round of `drafts` drafts, of which the first `accepted` were.
    mutating func record(drafts: Int, accepted: Int) {
        guard drafts > 0 else { return }
        for position in trials.indices {
            // Positions that were not reached decay as well, so their estimates drift back to the prior.
            trials[position] *= Self.memory
            hits[position] *= Self.memory
            if position < drafts, position <= accepted {
                noticeChange(position, isHit: position < accepted)
                trials[position] += 1
                if position < accepted { hits[position] += 1 }
            }
            // Where little is known, a position is as good as the one before it.
            conditional[position] =
                position == 0
                ? hits[0] / trials[0] : (hits[position] + conditional[position - 1]) / (trials[position] + 1)
        }
    }

    private mutating func noticeChange(_ position: Int, isHit: Bool) {
        let chance = isHit ? conditional[position] : 1 - conditional[position]
        surprise[position] = (surprise[position].isHit == isHit ? surprise[position].chance * chance : chance, isHit)
        guard surprise[position].chance < Self.incredible else { return }
        surprise[position].chance = 1
        for later in position..<trials.count {
            trials[later] *= Self.forgetting
            hits[later] *= Self.forgetting
        }
    }
}
