internal import Constraint
internal import Gemma4
internal import Sampling
import Tensor

extension SpeculativeDecoder {
    /// Sets `distribution` to that of a row's token.
    /// - Parameter history: the text before the token.
    func findDistribution(row: Int, of logits: Rows, after history: History) throws {
        try rows.withAdmitted(at: row, of: logits.mutableRow(row)) { logits, candidates in
            sampler.distribution(of: logits, candidates: candidates, after: history, into: &distribution)
        }
    }

    /// The token of a row from whose distribution none can be drawn: the end, where a constraint allows it.
    func end(row: Int, of logits: Rows, position: Int) throws -> Int32 {
        // Samplers leave NaN as it is.
        let logits = logits.row(row)
        if logits.contains(where: \.isNaN) { throw ModelError.notANumber(position: position) }
        if let end = rows.end(at: row, logits) { return end }
        throw constraint == nil ? ModelError.everyTokenExcluded(position: position) : ConstraintError.nothingFits
    }

    /// Cuts `batch` after the accepted drafts and puts the target's own token there, unless the last of them ends the
    /// text; returns how many were accepted.
    func verify(_ logits: Rows) throws -> Int {
        let drafts = batch.count - 1
        for row in 0...drafts {
            try findDistribution(row: row, of: logits, after: history(drafts: row))
            let token = try choose(row: row) ?? end(row: row, of: logits, position: tokens.count + row)
            guard row < drafts, token == batch[row + 1], rows.has(row + 1) else {
                try append(token, row: row)
                return row
            }
            accept(token)
            if rows.hasEnded(before: row + 1) { return drafts }
        }
        return drafts
    }

    /// A token for `position` of the text, drawn from the drafter's distribution or from the target's.
    func draw(from distribution: Distribution, at position: Int) -> Int32? {
        switch options.coupling {
        case .sharedNoise: sampler.draw(from: distribution, at: position)
        case .rejection: sampler.draw(from: distribution)
        }
    }

    /// The token of a row, drawn from `distribution`: the row's draft if that is accepted, and otherwise another one.
    private func choose(row: Int) -> Int32? {
        guard options.coupling == .rejection, row + 1 < batch.count else {
            return draw(from: distribution, at: tokens.count + row)
        }
        let (draft, drafter) = (batch[row + 1], draftDistributions[row])
        if rejection.accepts(draft, target: distribution, drafter: drafter, sampler: &sampler) { return draft }
        return rejection.replacement(target: distribution, drafter: drafter, sampler: &sampler)
    }

    /// Tells the sampler of a new token, drawn from `distribution`.
    private func accept(_ token: Int32) {
        sampler.accept(token, of: distribution)
        samplerStates.append(sampler.state)
    }

    /// Puts the target's own token behind the first `row` drafts, in place of the others.
    private func append(_ token: Int32, row: Int) throws {
        guard try rows.append(token, after: row) else { throw ConstraintError.nothingFits }
        accept(token)
        batch.removeLast(batch.count - 1 - row)
        batch.append(token)
    }

    /// Verifies at its true cost, and then leaves the outcome to the coin of `synthetic`; what a constraint forces is
    /// taken to be accepted.
    func pretend(
        _ synthetic: SyntheticAcceptance, _ drafts: Drafts, _ logits: Rows
    ) throws -> Int {
        let count = batch.count - 1
        if coin == nil { coin = Xoshiro256(seed: synthetic.seed) }
        let accepted =
            drafts.source == .drafter ? synthetic.accepted(of: count, uniform: coin?.uniform() ?? 0) : count
        for row in 0...accepted {
            try findDistribution(row: row, of: logits, after: history(drafts: row))
            guard row < accepted else { break }
            _ = choose(row: row)
            accept(batch[row + 1])
            if rows.hasEnded(before: row + 1) { return row + 1 }
        }
        let token =
            try draw(from: distribution, at: tokens.count + accepted)
            ?? end(row: accepted, of: logits, position: tokens.count + accepted)
        try append(token, row: accepted)
        return accepted
    }
}
