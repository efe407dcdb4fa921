/// What the automatic number of drafts is chosen by; see `DraftLength.automatic`.
public struct DraftEstimates: Sendable, Hashable {
    /// Element i: the probability that draft i is accepted if those before it were, of late.
    public let acceptanceByPosition: [Double]
    /// The time that n drafts take, for each n that has been tried; empty where costs are assumed.
    public let draftTimes: [Int: Duration]
    /// The time that the target's pass over k rows takes, for each k that has been tried; empty where costs are
    /// assumed.
    public let passTimes: [Int: Duration]

    package init(_ policy: DraftLengthPolicy) {
        func times(_ curve: CostCurve) -> [Int: Duration] {
            let sizes =
                policy.costs == .measured ? curve.estimates.indices.filter { $0 > 0 && curve.isMeasured($0) } : []
            return Dictionary(uniqueKeysWithValues: sizes.map { ($0, .seconds(curve.estimates[$0])) })
        }
        acceptanceByPosition = Array(policy.acceptance.conditional.prefix(policy.longest))
        draftTimes = times(policy.draftCosts)
        passTimes = times(policy.passCosts)
    }
}
