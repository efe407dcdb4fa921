/// How drafts are made.
package struct DraftOptions: Sendable, Hashable {
    /// Drafts in a round.
    package var length: DraftLength
    /// A draft ends before a step whose most probable token is less probable than this.
    package var minimumProbability: Float
    /// How draws of the drafter and of the target hang together.
    package var coupling: DraftCoupling
    /// Replaces the outcome of verification, for benchmarks and tests; nil for the true one. May be changed between
    /// rounds.
    package var syntheticAcceptance: SyntheticAcceptance?

    package init(
        length: DraftLength = .automatic, minimumProbability: Float = 0, coupling: DraftCoupling = .sharedNoise,
        syntheticAcceptance: SyntheticAcceptance? = nil
    ) {
        self.length = length
        self.minimumProbability = minimumProbability
        self.coupling = coupling
        self.syntheticAcceptance = syntheticAcceptance
    }
}
