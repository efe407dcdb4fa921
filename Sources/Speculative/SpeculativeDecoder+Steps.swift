internal import Assistant
internal import Constraint
internal import Gemma4
internal import Sampling
import Tensor

// The parts of a step, in the order in which a pass calls them: begin, drafting, segment, finish.

extension SpeculativeDecoder {
    /// Decides what the pass is to read.
    func begin(_ step: DecoderStep, isAlone: Bool) throws {
        var state = StepInProgress(
            kind: step.kind, rows: step.rows, isLast: step.isLast, isAlone: isAlone, first: target.cache.count,
            samplerState: sampler.state)
        defer { current = state }
        batch.removeAll(keepingCapacity: true)
        rows.begin(constraint, left: min(step.limit, room))
        guard case .round(let count) = step.kind else { return }
        batch.append(tokens[tokens.count - 1])
        if case .exactly(let count) = count {
            state.drafts.chosen = count
            return
        }
        // A round gives one token more than it accepts drafts.
        let limit = max(0, min(step.limit, room, step.rows) - 1)
        let forced = try draftForcedText(limit: limit)
        guard let chosen = draftCount(count, limit: limit, unlessFewerThan: forced) else {
            state.drafts = Drafts(source: .constraint, chosen: forced)
            return
        }
        batch.removeLast(forced)
        state.drafts.chosen = chosen
    }

    /// The sequence's part of the pass.
    var segment: TargetRunner.Segment {
        guard current?.kind == .prompt else {
            return target.segment(batch[...], logits: 0..<batch.count, hidden: 0..<batch.count)
        }
        let part = tokens[target.cache.count...].prefix(current?.rows ?? 1)
        let wanted = part.endIndex == tokens.endIndex ? part.count - 1..<part.count : 0..<0
        return target.segment(part, logits: wanted, hidden: wanted)
    }

    /// Takes in what the pass has found.
    /// - Returns: the places of the new tokens.
    func finish(_ logits: Rows, hidden: Rows) throws -> Range<Int> {
        guard let state = current else { return tokens.endIndex..<tokens.endIndex }
        current = nil
        return try state.kind == .prompt ? finishPrompt(logits, hidden) : finishRound(state, logits, hidden)
    }

    private func finishPrompt(_ logits: Rows, _ hidden: Rows) throws -> Range<Int> {
        rememberMarks()
        guard target.cache.count == tokens.count else { return tokens.endIndex..<tokens.endIndex }
        keepHidden(hidden, row: 0)
        let token: Int32
        do {
            try findDistribution(row: 0, of: logits, after: History(tokens))
            token =
                try draw(from: distribution, at: tokens.count) ?? end(row: 0, of: logits, position: tokens.count)
            guard try rows.append(token, after: 0) else { throw ConstraintError.nothingFits }
        } catch {
            target.cache.truncate(to: tokens.count - 1)  // so that something is unread, whoever tries again
            throw error
        }
        sampler.accept(token, of: distribution)
        tokens.append(token)
        advanceConstraint(by: 1)
        return tokens.count - 1..<tokens.count
    }

    private func finishRound(_ state: StepInProgress, _ logits: Rows, _ hidden: Rows) throws -> Range<Int> {
        let draftCount = batch.count - 1
        let accepted: Int
        samplerStates.removeAll(keepingCapacity: true)
        do {
            accepted =
                try options.syntheticAcceptance.map { try pretend($0, state.drafts, logits) } ?? verify(logits)
        } catch {
            target.cache.truncate(to: state.first)
            sampler.state = state.samplerState
            throw error
        }
        // Accepted drafts and the token after them; text after the last token is dropped.
        let news = batch[1...]
        let count = news.firstIndex(where: state.isLast) ?? news.count
        tokens.append(contentsOf: news.prefix(count))
        target.cache.truncate(to: state.first + count)
        sampler.state = samplerStates[count - 1]
        advanceConstraint(by: count)
        keepHidden(hidden, row: count - 1)
        record(state, drafted: draftCount, accepted: accepted, tokens: count)
        return tokens.count - count..<tokens.count
    }

    private func record(_ state: StepInProgress, drafted: Int, accepted: Int, tokens: Int) {
        let (draftTime, passTime) = (state.drafted - state.start, ContinuousClock.now - state.drafted)
        statistics.draftTime += draftTime
        statistics.verifyTime += passTime
        guard state.drafts.source == .drafter else {
            forcedText?.record(drafted: drafted, accepted: accepted)
            return statistics.countForced(drafted: drafted, accepted: accepted, tokens: tokens)
        }
        statistics.count(chosen: state.drafts.chosen, drafted: drafted, accepted: accepted, tokens: tokens)
        let times = state.isAlone ? (draft: draftTime.inSeconds, pass: passTime.inSeconds) : nil
        recordPolicies(drafts: drafted, endedUnsure: state.drafts.endedUnsure, accepted: accepted, times: times)
        // No drafter is made for what a constraint makes a target write.
        if constraint == nil { warnIfUseless() }
    }

    private func keepHidden(_ states: Rows, row: Int) {
        hidden.base.update(from: states[row], count: states.width)
        hiddenPosition = target.cache.count - 1
    }
}
