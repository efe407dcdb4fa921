package import Tensor

/// A sequence that a target reads: its cache, and the runner that reads it. Any number of sequences may share a
/// runner.
package final class TargetContext {
    package let runner: TargetRunner
    package let cache: KeyValueCache

    /// A sequence of its own, with a runner for it.
    /// - Parameters:
    ///   - contextLength: positions in all.
    ///   - batchLength: tokens that one pass reads at most.
    ///   - cacheTypes: how keys and values are stored.
    /// - Throws: `ModelError.cacheTooLarge`, `ModelError.invalidContextLength`, or `TensorError`.
    package convenience init(
        _ target: Target, contextLength: Int, batchLength: Int = TargetRunner.defaultBatchLength,
        cacheTypes: CacheTypes = .init(), compute: Compute
    ) throws {
        let tokens = max(1, min(batchLength, contextLength))
        // The cache is made first: what cannot fit is refused before there are buffers.
        let pool = try CachePool(target.config, types: cacheTypes)
        let cache = try Self.cache(pool, contextLength: contextLength, batchLength: tokens)
        try self.init(TargetRunner(target, batchLength: tokens, compute: compute), cache: cache)
    }

    /// A sequence that `runner` reads, perhaps among others. It may be made while the runner is busy.
    /// - Parameters:
    ///   - contextLength: positions in all; one pass reads no more, even if the runner could.
    ///   - pool: of the runner's target.
    /// - Throws: `ModelError.cacheTooLarge`, `ModelError.invalidContextLength`, or `TensorError`.
    package convenience init(_ runner: TargetRunner, contextLength: Int, pool: CachePool) throws {
        let tokens = min(runner.batchLength, contextLength)
        self.init(runner, cache: try Self.cache(pool, contextLength: contextLength, batchLength: tokens))
    }

    /// The same with pages of its own.
    /// - Parameter cacheTypes: how keys and values are stored.
    package convenience init(
        _ runner: TargetRunner, contextLength: Int, cacheTypes: CacheTypes = .init()
    ) throws {
        let pool = try CachePool(runner.target.config, types: cacheTypes)
        try self.init(runner, contextLength: contextLength, pool: pool)
    }

    /// - Parameter cache: of the runner's target, for batches no longer than the runner's.
    package init(_ runner: TargetRunner, cache: KeyValueCache) {
        precondition(cache.batchLength <= runner.batchLength, "the cache's batches are longer than the runner's")
        self.runner = runner
        self.cache = cache
    }

    private static func cache(
        _ pool: CachePool, contextLength: Int, batchLength: Int
    ) throws(ModelError) -> KeyValueCache {
        guard (1...Int(Int32.max)).contains(contextLength) else { throw .invalidContextLength(contextLength) }
        return try KeyValueCache(pool, contextLength: contextLength, batchLength: batchLength)
    }

    package var target: Target { runner.target }
    package var compute: Compute { runner.compute }
    /// Tokens that one pass reads at most.
    package var batchLength: Int { cache.batchLength }

    /// A layer that owns keys and values, as another model sees it that reads them.
    package struct OwningLayer {
        package let config: LayerConfig
        package let cache: AttentionCache
    }

    /// Layer `index`; nil if there is none or it owns no keys and values.
    package func owningLayer(_ index: Int) -> OwningLayer? {
        let layers = target.config.layers
        guard layers.indices.contains(index), layers[index].cacheSource == .own else { return nil }
        return OwningLayer(config: layers[index], cache: cache.layers[index])
    }

    /// Reads `tokens` at the positions after those in the cache.
    ///
    /// Rows outside both ranges pass only through the layers that own keys and values: 31 % of E2B's multiply-adds.
    /// - Parameters:
    ///   - logits: the rows of `tokens` whose logits are wanted.
    ///   - hidden: the rows whose hidden states are wanted.
    /// - Returns: views of the runner's buffers, valid until its next pass, whichever sequence that reads.
    /// - Throws: `ModelError`, `TensorError.outOfMemory` for more rows of logits than ever before, or
    ///   `CancellationError` when the task is cancelled. The cache then holds what it held.
    package func forward(
        _ tokens: ArraySlice<Int32>, logits: Range<Int>, hidden: Range<Int>
    ) throws -> TargetRunner.Output {
        try runner.forward([segment(tokens, logits: logits, hidden: hidden)])
    }

    /// The sequence's part of a pass; see `forward`.
    package func segment(
        _ tokens: ArraySlice<Int32>, logits: Range<Int>, hidden: Range<Int>
    ) -> TargetRunner.Segment {
        TargetRunner.Segment(cache: cache, tokens: tokens, logits: logits, hidden: hidden)
    }

    /// Reads `tokens` in batches without asking anything of them.
    package func read(_ tokens: ArraySlice<Int32>, progress: (_ done: Int) -> Void = { _ in }) throws {
        var rest = tokens
        while !rest.isEmpty {
            _ = try forward(rest.prefix(batchLength), logits: 0..<0, hidden: 0..<0)
            rest = rest.dropFirst(batchLength)
            progress(tokens.count - rest.count)
        }
    }
}
