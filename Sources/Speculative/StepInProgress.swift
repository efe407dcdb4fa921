internal import Sampling

/// A decoder's step under way.
struct StepInProgress {
    let kind: StepKind
    /// Rows of the pass at most.
    let rows: Int
    let isLast: (Int32) -> Bool
    /// Whether no other sequence is in the pass, so that its time says what the rows cost.
    let isAlone: Bool
    let start = ContinuousClock.now
    /// When the drafts were there.
    var drafted = ContinuousClock.now
    /// What the drafter is to make, and what has been made.
    var drafts = Drafts(source: .drafter, chosen: 0)
    /// Positions that were read before.
    let first: Int
    /// The sampler's state before drafting, which drafting changes.
    let samplerState: SamplerState
}

/// What was put into a batch after the unread token.
struct Drafts {
    enum Source { case drafter, constraint }

    var source: Source
    /// How many there were to be.
    var chosen: Int
    /// Whether the drafter's last step was so unsure that its draft was thrown away.
    var endedUnsure = false
}
