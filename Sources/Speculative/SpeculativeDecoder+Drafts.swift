internal import Assistant
internal import Constraint
internal import Sampling
import Tensor

extension SpeculativeDecoder {
    /// What was put into a batch after the unread token.
    struct Drafts {
        enum Source { case drafter, constraint }

        var source: Source
        /// How many there were to be.
        var chosen: Int
        /// Whether the drafter's last step was so unsure that its draft was thrown away.
        var endedUnsure = false
    }

    /// The text with the first `count` drafts.
    func history(drafts count: Int) -> History { History(tokens, drafts: batch[1..<1 + count]) }

    /// Adds up to `count` drafts of the drafter to the batch.
    func draft(_ count: Int) throws -> Drafts {
        var drafts = Drafts(source: .drafter, chosen: count)
        guard let drafter, count > 0, try !rows.mustEnd(at: 0) else { return drafts }
        // Drafts move the state as if they were accepted; what the target makes of them moves it anew.
        let state = sampler.state
        defer { sampler.state = state }
        while draftDistributions.count < count { draftDistributions.append(Distribution()) }
        try drafter.draft(count: count, token: batch[0], at: target.cache.count, hidden: hidden.base) { step in
            let place = batch.count - 1
            guard try place == 0 || !rows.mustEnd(at: place) else { return nil }
            guard let token = try draw(from: step, place, &drafts) else { return nil }
            // With `.rejection` a token that was drawn must be verified, or not drawing another would bias the text.
            batch.append(token)
            let fits = (try? rows.append(token, after: place)) ?? false
            return fits ? token : nil
        }
        return drafts
    }

    /// A draft at `place` of those before it; nil ends them.
    private func draw(from step: DraftRunner.Step, _ place: Int, _ drafts: inout Drafts) throws -> Int32? {
        try rows.withAdmitted(at: place, of: step.logits, candidates: step.candidates) { logits, candidates in
            // With `.rejection` the rule may not depend on the token that is drawn, or it would bias the text.
            let minimum = options.minimumProbability
            if minimum > 0, largestProbability(ofLogits: UnsafeBufferPointer(logits)) < minimum {
                drafts.endedUnsure = true
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
