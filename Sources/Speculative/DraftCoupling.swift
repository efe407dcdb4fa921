/// How the random draws of a drafter and of its target hang together. Either way the text has the target's
/// distribution.
///
/// Where nothing is random, at temperature 0, both are the same.
public enum DraftCoupling: Sendable, Hashable, CaseIterable {
    /// Both draw with the same noise, a function of the seed, the position and the token. A draft is accepted if it is
    /// what the target draws.
    ///
    /// The text depends on the seed alone: it is the same with any number of drafts, with any drafter and with none.
    case sharedNoise
    /// A draft is accepted with probability p / q, where p is the target's probability and q the drafter's, and is
    /// otherwise replaced by a draw from what p has more than q.
    ///
    /// No coupling accepts more first drafts. But the text depends on the number of drafts, since each takes a random
    /// number, and so `DraftLength.automatic` may not go by the clock where there is a seed.
    case rejection
}
