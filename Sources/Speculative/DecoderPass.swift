package import Gemma4

/// One pass of the target, with the drafting before it, over a step of each of some sequences.
///
/// A sequence's text does not depend on the others', if weights are quantized. Nor does it on their errors: where a
/// pass fails, it is run again in halves, until it is known whose step cannot be taken.
package struct DecoderPass {
    private let steps: [DecoderStep]
    private var results: [Result<Range<Int>, any Error>?]
    private let isCancelled: () -> Bool
    private var rows: [Int]
    private var draftTime = Duration.zero
    private var draftSteps: [Int] = []

    /// What a pass has done.
    package struct Outcome {
        /// For each step the places of the new tokens in the decoder's text; empty while more of a prompt is left to
        /// read. Errors are `ModelError`, `TensorError.outOfMemory`, `ConstraintError` or `CancellationError`; the
        /// sequence's text then stays as it was.
        package let results: [Result<Range<Int>, any Error>]
        /// For each step, its rows in the pass.
        package let rows: [Int]
        package let draftTime: Duration
        /// For each step of the drafter, how many sequences it was for.
        package let draftSteps: [Int]
        /// Time that reading and verifying took.
        package let passTime: Duration
    }

    /// Takes the steps.
    /// - Parameters:
    ///   - steps: of different sequences of one runner, with no more rows in all than it has.
    ///   - isCancelled: whether nobody wants the results any more.
    package static func run(
        _ steps: [DecoderStep], isCancelled: @escaping () -> Bool = { Task.isCancelled }
    ) -> Outcome {
        let start = ContinuousClock.now
        var pass = DecoderPass(
            steps: steps, results: Array(repeating: nil, count: steps.count), isCancelled: isCancelled,
            rows: Array(repeating: 0, count: steps.count))
        for index in steps.indices { pass.attempt(index) { try $0.begin(steps[index], isAlone: steps.count == 1) } }
        pass.draft()
        pass.verify(pass.remaining[...])
        // A step that has failed would keep alive whoever asked for it.
        for step in steps { step.decoder.current = nil }
        return Outcome(
            results: pass.results.map { $0 ?? .failure(CancellationError()) }, rows: pass.rows,
            draftTime: pass.draftTime, draftSteps: pass.draftSteps, passTime: .now - start - pass.draftTime)
    }

    /// The same for one sequence.
    static func run(_ step: DecoderStep) throws -> Range<Int> { try run([step]).results[0].get() }

    private var remaining: [Int] { results.indices.filter { results[$0] == nil } }

    private mutating func attempt(_ index: Int, _ body: (SpeculativeDecoder) throws -> Void) {
        guard results[index] == nil else { return }
        do { try body(steps[index].decoder) } catch { results[index] = .failure(error) }
    }

    /// Drafts for all that want to, step by step in common.
    private mutating func draft() {
        let wanting = remaining.filter { steps[$0].decoder.wantsDrafts }
        let start = ContinuousClock.now
        defer {
            for index in wanting { countSteps(steps[index].decoder.endDrafting()) }
            draftTime = .now - start
        }
        guard let first = wanting.first, let runner = steps[first].decoder.drafter?.runner else { return }
        for start in stride(from: 0, to: wanting.count, by: runner.sequenceCount) {
            let group = wanting[start..<min(start + runner.sequenceCount, wanting.count)]
            do {
                try runner.draft(group.compactMap { steps[$0].decoder.beginDrafting() }) { place, step in
                    var token: Int32?
                    attempt(group[start + place]) { token = try $0.draft(step) }
                    return token
                }
            } catch {
                for index in group { attempt(index) { _ in throw error } }
            }
        }
    }

    private mutating func countSteps(_ count: Int) {
        while draftSteps.count < count { draftSteps.append(0) }
        for step in 0..<count { draftSteps[step] += 1 }
    }

    private mutating func verify(_ indices: ArraySlice<Int>) {
        guard let first = indices.first else { return }
        let runner = steps[first].decoder.target.runner
        do {
            let segments = indices.map { steps[$0].decoder.segment }
            for (index, segment) in zip(indices, segments) { rows[index] = segment.tokens.count }
            let output = try runner.forward(segments, isCancelled: isCancelled)
            runner.compute.begin(.sampling)
            defer { runner.compute.end() }
            for (place, index) in indices.enumerated() {
                results[index] = Result {
                    try steps[index].decoder.finish(output.logits(of: place), hidden: output.hidden(of: place))
                }
            }
        } catch  where indices.count == 1 || error is CancellationError {
            for index in indices { results[index] = .failure(error) }
        } catch {
            let middle = indices.startIndex + indices.count / 2
            verify(indices[..<middle])
            verify(indices[middle...])
        }
    }
}
