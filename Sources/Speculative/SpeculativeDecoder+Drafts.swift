internal import Assistant
internal import Constraint
internal import Sampling
import Tensor

extension SpeculativeDecoder {
    /// The text with the first `count` drafts.
    func history(drafts count: Int) -> History { History(tokens, drafts: batch[1..<1 + count]) }

    /// Whether the drafter is to add something to the batch.
    var wantsDrafts: Bool {
        guard drafter != nil, let drafts = current?.drafts, drafts.source == .drafter else { return false }
        return drafts.chosen > 0 && (try? rows.mustEnd(at: 0)) != true
    }

    /// What the drafter is to do.
    func beginDrafting() -> DraftRunner.Draft? {
        let count = current?.drafts.chosen ?? 0
        while draftDistributions.count < count { draftDistributions.append(Distribution()) }
        return drafter?.draft(count: count, token: batch[0], at: target.cache.count, hidden: hidden.base)
    }

    /// Adds the draft of a step to the batch; nil ends the drafts.
    func draft(_ step: DraftRunner.Step) throws -> Int32? {
        let place = batch.count - 1
        guard try place == 0 || !rows.mustEnd(at: place) else { return nil }
        guard let token = try draw(from: step, place) else { return nil }
        // With `.rejection` a token that was drawn must be verified, or not drawing another would bias the text.
        batch.append(token)
        let fits = (try? rows.append(token, after: place)) ?? false
        return fits ? token : nil
    }

    /// - Returns: how many steps the drafter made.
    func endDrafting() -> Int {
        guard let state = current else { return 0 }
        sampler.state = state.samplerState
        current?.drafted = .now
        return batch.count - 1 + (state.drafts.endedUnsure ? 1 : 0)
    }

    /// A draft at `place` of those before it; nil ends them.
    private func draw(from step: DraftRunner.Step, _ place: Int) throws -> Int32? {
        try rows.withAdmitted(at: place, of: step.logits, candidates: step.candidates) { logits, candidates in
            // With `.rejection` the rule may not depend on the token that is drawn, or it would bias the text.
            let minimum = options.minimumProbability
            if minimum > 0, largestProbability(ofLogits: UnsafeBufferPointer(logits)) < minimum {
                current?.drafts.endedUnsure = true
                return nil
            }
            sampler.distribution(
                of: logits, candidates: candidates, after: history(drafts: place), into: &draftDistributions[place])
            guard let token = draw(from: draftDistributions[place], at: tokens.count + place) else { return nil }
            sampler.accept(token, of: draftDistributions[place])
            return token
        }
    }

    /// Adds up to `limit` drafts to the batch that the constraint leaves little choice about; returns how many.
    func draftForcedText(limit: Int) throws -> Int {
        guard let constraint, limit > 0 else { return 0 }
        // A look ahead may take too many steps where the text itself does not.
        for token in (try? forcedText?.tokens(after: constraint, limit: limit)) ?? [] {
            let place = batch.count - 1
            guard (try? rows.append(token, after: place)) ?? false else { break }
            batch.append(token)
            if draftDistributions.count == place { draftDistributions.append(Distribution()) }
            draftDistributions[place].setCertain(token)
        }
        return batch.count - 1
    }
}

// MARK: - How many

extension SpeculativeDecoder {
    /// What is to be known about a round of this sequence, where it is to be chosen how many drafts each of several
    /// sequences makes.
    /// - Parameter limit: tokens that are wanted at most.
    package func draftCandidate(limit: Int) -> PassCosts.Candidate {
        let most = max(0, min(limit, room) - 1)
        return switch options.length {
        case _ where drafter == nil || isReproducible: PassCosts.Candidate(acceptance: [], most: 0, fixed: 0)
        case .fixed(let count):
            PassCosts.Candidate(acceptance: [], most: min(count, most), fixed: min(max(0, count), most))
        case .automatic:
            PassCosts.Candidate(acceptance: measuredPolicy.acceptance.conditional, most: most, fixed: 0)
        }
    }

    /// The number of drafts that the drafter is to make; nil if more of `forced` others are likely to be accepted.
    func draftCount(_ wanted: DraftCount, limit: Int, unlessFewerThan forced: Int) -> Int? {
        switch options.length {
        case _ where drafter == nil && forced > 0: return nil
        case .fixed(let count):
            let count = max(0, min(count, limit, wanted.most))
            return prefers(forced, to: count) ? nil : count
        case .automatic where drafter == nil: return 0
        case .automatic:
            if !isReproducible, case .atMost(let most) = wanted {
                let count = max(0, min(most, limit))
                return prefers(forced, to: count) ? nil : count
            }
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

    /// Takes in what became of a round's drafts.
    /// - Parameter times: nil where others' rows were in the pass.
    func recordPolicies(drafts: Int, endedUnsure: Bool, accepted: Int, times: (draft: Double, pass: Double)?) {
        measuredPolicy.record(drafts: drafts, endedUnsure: endedUnsure, accepted: accepted, times: times)
        assumedPolicy.record(drafts: drafts, endedUnsure: endedUnsure, accepted: accepted, times: times)
    }
}

extension DraftCount {
    fileprivate var most: Int {
        if case .atMost(let count) = self { count } else { .max }
    }
}
