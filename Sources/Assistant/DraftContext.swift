package import Gemma4
internal import Tensor

/// A drafter joined to a sequence that a target reads: the caches that the two share, and the runner that drafts.
///
/// It keeps no state between calls: a draft depends on the arguments of `draft` and on the target's cache alone.
package final class DraftContext {
    package let runner: DraftRunner
    private let caches: [AttentionCache]  // of each layer, from the layer-share callback

    /// A drafter with a runner of its own. Nothing may run on the context's runner meanwhile.
    /// - Parameter share: the layer-share callback; nil for the sharing that drafters are trained with.
    /// - Throws: `PairError` where the two do not fit, `TensorError.outOfMemory`.
    package init(_ drafter: Drafter, context: TargetContext, share: LayerShare? = nil) throws {
        caches = try drafter.caches(in: context, share)
        runner = try DraftRunner(drafter, for: context.runner)
    }

    /// Drafts by `runner`, perhaps among others. It may be made while the runner is busy.
    /// - Parameter context: a sequence of the runner's target.
    /// - Throws: `PairError` where the two do not fit.
    package init(_ runner: DraftRunner, context: TargetContext) throws {
        precondition(runner.target === context.runner, "the drafter runs beside another target")
        caches = try runner.drafter.caches(in: context, nil)
        self.runner = runner
    }

    package var drafter: Drafter { runner.drafter }

    /// Drafts up to `count` tokens.
    /// - Parameters:
    ///   - token: the last token of the text, which the target has not read.
    ///   - position: the position of `token`, before which the target's cache ends. It is the same in every step.
    ///   - hidden: `[embd]`, the target's state after the final norm at the position before `token`.
    ///   - choose: picks a token of a step, or ends the draft with nil.
    /// - Throws: `ModelError.tokenOutOfRange`, and what `choose` throws.
    package func draft(
        count: Int, token: Int32, at position: Int, hidden: UnsafePointer<Float>,
        choose: (DraftRunner.Step) throws -> Int32?
    ) throws {
        let draft = draft(count: count, token: token, at: position, hidden: hidden)
        try runner.draft([draft]) { _, step in try choose(step) }
    }

    /// The same, to be run among others.
    package func draft(
        count: Int, token: Int32, at position: Int, hidden: UnsafePointer<Float>
    ) -> DraftRunner.Draft {
        DraftRunner.Draft(caches: caches, count: count, token: token, position: position, hidden: hidden)
    }
}

extension Drafter {
    /// What each layer reads, once the two are found to fit.
    fileprivate func caches(in context: TargetContext, _ share: LayerShare?) throws -> [AttentionCache] {
        let owners = layers.indices.map(share ?? standardShare(with: context))
        try checkFit(with: context.target) { layer in owners[layer]?.config }
        return owners.map { owner in
            guard let owner else { preconditionFailure("every layer was checked to have a share") }
            return owner.cache
        }
    }
}
