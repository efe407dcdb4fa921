/// What speculation did: how much was drafted, how much of it the target accepted, and what that cost.
public struct SpeculationStatistics: Sendable, Hashable {
    /// Passes of the target that produced tokens, the one over the prompt excluded.
    public internal(set) var rounds = 0
    /// Tokens those passes produced.
    public internal(set) var tokens = 0
    /// Element n counts the rounds for which n drafts were chosen.
    public internal(set) var roundsByDraftLength: [Int] = []
    /// Element i counts the rounds that drafted more than i tokens.
    public internal(set) var draftedByPosition: [Int] = []
    /// Element i counts the rounds that accepted more than i drafts.
    public internal(set) var acceptedByPosition: [Int] = []
    /// Rounds whose drafts were what a constraint forces, instead of the drafter's. They are counted in `rounds` and
    /// `tokens`, and otherwise only here.
    public internal(set) var forcedRounds = 0
    /// Drafts of these rounds.
    public internal(set) var forcedDrafted = 0
    /// Those of them that became part of the text.
    public internal(set) var forcedAccepted = 0
    /// Time spent in the drafter.
    public internal(set) var draftTime = Duration.zero
    /// Time spent in the target.
    public internal(set) var verifyTime = Duration.zero

    /// Figures of nothing.
    public init() {}

    /// Drafts that the drafter made.
    public var drafted: Int { draftedByPosition.reduce(0, +) }
    /// Those of them that became part of the text.
    public var accepted: Int { acceptedByPosition.reduce(0, +) }

    /// Share of the drafter's drafts that were accepted; nil before the first.
    public var acceptance: Double? { drafted == 0 ? nil : Double(accepted) / Double(drafted) }

    /// For each position, the share of the rounds with a draft there that accepted it.
    public var acceptanceByPosition: [Double] {
        zip(acceptedByPosition, draftedByPosition).map { Double($0) / Double(max($1, 1)) }
    }

    /// Tokens that a pass of the target produced on average; 1 without a drafter.
    public var tokensPerTargetPass: Double { rounds == 0 ? 0 : Double(tokens) / Double(rounds) }

    mutating func count(chosen: Int, drafted: Int, accepted: Int, tokens: Int) {
        rounds += 1
        while roundsByDraftLength.count <= chosen { roundsByDraftLength.append(0) }
        roundsByDraftLength[chosen] += 1
        self.tokens += tokens
        while draftedByPosition.count < drafted {
            draftedByPosition.append(0)
            acceptedByPosition.append(0)
        }
        for position in 0..<drafted { draftedByPosition[position] += 1 }
        for position in 0..<accepted { acceptedByPosition[position] += 1 }
    }

    mutating func countForced(drafted: Int, accepted: Int, tokens: Int) {
        rounds += 1
        self.tokens += tokens
        forcedRounds += 1
        forcedDrafted += drafted
        forcedAccepted += accepted
    }
}
