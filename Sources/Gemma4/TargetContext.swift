package import Tensor

/// A sequence that a target reads: the cache and the buffers of its forward pass.
package final class TargetContext {
    package let target: Target
    package let cache: KeyValueCache
    package let compute: Compute
    /// Tokens that one pass reads at most.
    package let batchLength: Int

    private let activations: Activations
    private let rotary: RotaryEmbeddings
    private let perLayerInputs: FloatBuffer  // [tokens, layers * ple]
    private let perLayerTokens: FloatBuffer  // [tokens, layers * ple]
    private let hidden: FloatBuffer  // [tokens, embd]
    private var logits: FloatBuffer  // [rows that wanted any, vocab]

    /// Rows of logits that a pass may ask for without an allocation.
    private static let usualLogitRows = 17

    /// - Parameters:
    ///   - contextLength: positions in all.
    ///   - batchLength: tokens that one pass reads at most.
    ///   - cacheTypes: how keys and values are stored.
    /// - Throws: `ModelError.cacheTooLarge`, `ModelError.invalidContextLength`, or `TensorError`.
    package init(
        _ target: Target, contextLength: Int, batchLength: Int = 512, cacheTypes: CacheTypes = .init(), compute: Compute
    ) throws {
        guard (1...Int(Int32.max)).contains(contextLength) else {
            throw ModelError.invalidContextLength(contextLength)
        }
        let config = target.config
        let tokens = max(1, min(batchLength, contextLength))
        let perLayerWidth = config.layers.count * config.perLayerLength
        self.target = target
        self.compute = compute
        self.batchLength = tokens
        cache = try KeyValueCache(config, contextLength: contextLength, batchLength: tokens, types: cacheTypes)
        activations = try Activations(config, tokens: tokens)
        rotary = try RotaryEmbeddings(config, factors: target.rotaryFactors, capacity: tokens)
        perLayerInputs = try FloatBuffer(count: tokens, perLayerWidth)
        perLayerTokens = try FloatBuffer(count: tokens, perLayerWidth)
        hidden = try FloatBuffer(count: tokens, config.embeddingLength)
        try compute.reserveProducts(tokens: tokens, columns: activations.widestInput)
        try compute.reserveProducts(tokens: tokens, columns: config.embeddingLength, resolution: .double)
        for layer in config.layers { try compute.reserveAttention(tokens: tokens, layer) }
        // As many rows as a verification has; its memory comes as it is touched.
        logits = try FloatBuffer(count: min(tokens, Self.usualLogitRows), config.vocabularySize)
    }

    /// A layer that owns keys and values, as another model sees it that reads them.
    package struct OwningLayer {
        package let config: LayerConfig
        package let cache: AttentionCache
    }

    /// Layer `index`; nil if there is none or it owns no keys and values.
    package func owningLayer(_ index: Int) -> OwningLayer? {
        let layers = target.config.layers
        guard layers.indices.contains(index), layers[index].cacheSource == .own else { return nil }
        return OwningLayer(config: layers[index], cache: cache.rings[index])
    }

    /// What a pass gives back: views of the context's buffers, valid until the next pass and while the context lives.
    package struct Output {
        /// `[logit rows, vocab]`
        package let logits: Rows
        /// `[hidden rows, embd]`: the states after the final norm.
        package let hidden: Rows
    }

    /// Reads `tokens` at the positions after those in the cache.
    ///
    /// Rows outside both ranges pass only through the layers that own keys and values: 31 % of E2B's multiply-adds.
    /// - Parameters:
    ///   - logits: the rows of `tokens` whose logits are wanted.
    ///   - hidden: the rows whose hidden states are wanted.
    /// - Throws: `ModelError`, `TensorError.outOfMemory` for more rows of logits than ever before, or
    ///   `CancellationError` when the task is cancelled. The cache then holds what it held.
    package func forward(
        _ tokens: ArraySlice<Int32>, logits: Range<Int>, hidden: Range<Int>
    ) throws -> Output {
        try check(tokens)
        try makeRoom(forLogits: logits.count)
        return try compute.pass { try pass(tokens, logits: logits, hidden: hidden) }
    }

    private func pass(_ tokens: ArraySlice<Int32>, logits: Range<Int>, hidden: Range<Int>) throws -> Output {
        compute.begin(.embedding)
        defer { compute.end() }
        let config = target.config
        let wanted = union(logits, hidden)
        let position = cache.count
        var x = activations.stream(tokens.count, width: config.embeddingLength)
        compute.gather(tokens, of: target.tokenEmbedding, scale: target.embeddingScale, into: x)
        let inputs = computePerLayerInputs(x, tokens, wanted)
        rotary.prepare(first: position, count: tokens.count)
        cache.willStore(tokens.count)

        let lastOwner = config.owningLayerCount - 1
        var firstRow = 0  // of x, within the batch
        for (index, layer) in target.layers.enumerated() {
            try Task.checkCancellation()
            layer.forward(
                DecoderLayer.Batch(
                    x: x, firstPosition: position + firstRow, wanted: index == lastOwner ? wanted : 0..<x.count,
                    angleRow: firstRow,
                    perLayerInputs: inputs?.ofLayer(index),
                    cache: cache.rings[index], mask: AttentionMask(window: layer.config.kind.window, includesSelf: true)
                ),
                rotary: rotary[index], activations, compute)
            if index == lastOwner {
                // From here on no row leaves anything in the cache: only those whose result is wanted go on.
                if wanted.isEmpty { break }
                x = x[wanted]
                firstRow = wanted.lowerBound
            }
        }
        cache.commit(tokens.count)
        return finish(x, firstRow: firstRow, logits: logits, hidden: hidden)
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

    /// Checks that `tokens` can be read.
    package func check(_ tokens: ArraySlice<Int32>) throws {
        guard tokens.count <= batchLength else {
            throw ModelError.batchTooLarge(count: tokens.count, maximum: batchLength)
        }
        guard cache.count + tokens.count <= cache.contextLength else {
            throw ModelError.contextFull(needed: cache.count + tokens.count, contextLength: cache.contextLength)
        }
        let vocabulary = target.config.vocabularySize
        if let bad = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
            throw ModelError.tokenOutOfRange(token: bad, vocabulary: vocabulary)
        }
    }

    private func makeRoom(forLogits rows: Int) throws(TensorError) {
        let vocabulary = target.config.vocabularySize
        if logits.count < rows * vocabulary { logits = try FloatBuffer(count: rows, vocabulary) }
    }

    // MARK: - Parts

    /// The per-layer inputs of a pass: of all rows for the layers that own a cache, of the wanted rows for the others.
    private struct PerLayerInputs {
        let owning: Rows  // [tokens, owning layers * ple]
        let sharing: Rows  // [wanted, sharing layers * ple]
        let length: Int
        let owningCount: Int

        /// The inputs of one layer: row i of those that pass through it at `base + i * stride`.
        func ofLayer(_ index: Int) -> (base: UnsafeMutablePointer<Float>, stride: Int) {
            index < owningCount
                ? (owning.base + index * length, owning.width)
                : (sharing.base + (index - owningCount) * length, sharing.width)
        }
    }

    private func computePerLayerInputs(
        _ x: Rows, _ tokens: ArraySlice<Int32>, _ wanted: Range<Int>
    ) -> PerLayerInputs? {
        guard let embedding = target.perLayerEmbedding else { return nil }
        compute.begin(.perLayer)
        let (length, layers) = (embedding.length, embedding.layerCount)
        let owningCount = target.config.owningLayerCount
        let embedded = perLayerTokens.rows(width: layers * length).prefix(tokens.count)
        let owning = perLayerInputs.rows(width: owningCount * length).prefix(tokens.count)
        let sharing = Rows(
            base: owning.base + owning.elementCount, count: wanted.count, width: (layers - owningCount) * length)
        embedding.lookUp(tokens, into: embedded, compute)
        embedding.mix(x, embedded, layers: 0..<owningCount, into: owning, compute)
        if owningCount < layers, !wanted.isEmpty {
            embedding.mix(x[wanted], embedded[wanted], layers: owningCount..<layers, into: sharing, compute)
        }
        return PerLayerInputs(owning: owning, sharing: sharing, length: length, owningCount: owningCount)
    }

    private func finish(_ x: Rows, firstRow: Int, logits: Range<Int>, hidden: Range<Int>) -> Output {
        let config = target.config
        let states = self.hidden.rows(width: config.embeddingLength)
        let vocabulary = config.vocabularySize
        guard !logits.isEmpty || !hidden.isEmpty else {
            return Output(logits: self.logits.rows(width: vocabulary).prefix(0), hidden: states.prefix(0))
        }
        compute.begin(.head)
        compute.norm(x, weight: target.outputNorm, epsilon: config.epsilon, into: states.prefix(x.count))
        let scores = self.logits.rows(width: vocabulary).prefix(logits.count)
        if !logits.isEmpty {
            // Rounding error here reaches the logits directly; one-byte activations would cause half of their total
            // error.
            compute.multiply(
                states[shifted(logits, by: -firstRow)], by: target.head, into: scores, resolution: .double)
            if let cap = config.logitSoftCap { compute.softCap(scores, cap: cap) }
        }
        return Output(
            logits: scores, hidden: hidden.isEmpty ? states.prefix(0) : states[shifted(hidden, by: -firstRow)])
    }

    private func shifted(_ range: Range<Int>, by offset: Int) -> Range<Int> {
        range.lowerBound + offset..<range.upperBound + offset
    }

    /// The smallest range that covers both.
    private func union(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
        if a.isEmpty { return b.isEmpty ? 0..<0 : b }
        if b.isEmpty { return a }
        return min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
}
