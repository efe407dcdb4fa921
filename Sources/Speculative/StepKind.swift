/// What a step does.
package enum StepKind: Sendable, Hashable {
    /// Reads what is unread of the text, or as much as there are rows for. The last row gives the token that follows
    /// the text.
    case prompt
    /// Drafts, and verifies the drafts.
    case round(DraftCount)
}

/// How many drafts a round makes.
package enum DraftCount: Sendable, Hashable {
    /// By the options and what the decoder has measured by itself.
    case chosen
    /// By the options, but at most so many. For rounds among those of others, whose cost the decoder cannot tell.
    case atMost(Int)
    /// So many, unless the drafter is unsure or the text ends.
    case exactly(Int)
}
