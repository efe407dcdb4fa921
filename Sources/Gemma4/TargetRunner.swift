package import Tensor

/// Runs a target's passes: the buffers of a forward pass and the threads that compute it. Sequences that are read one
/// after the other share it.
///
/// One caller at a time. What holds the state of a sequence is its `KeyValueCache`; nothing here outlives a pass.
package final class TargetRunner {
    package let target: Target
    package let compute: Compute
    /// Tokens that one pass reads at most.
    package let batchLength: Int

    private let activations: Activations
    private let rotary: RotaryEmbeddings
    private let perLayerInputs: FloatBuffer  // [tokens, layers * ple]
    private let perLayerTokens: FloatBuffer  // [tokens, layers * ple]
    private let hidden: FloatBuffer  // [tokens, embd]
    private var logits: FloatBuffer  // [rows that wanted any, vocab]

    package static let defaultBatchLength = 512
    /// Rows of logits that a pass may ask for without an allocation.
    private static let usualLogitRows = 17

    /// - Parameters:
    ///   - batchLength: tokens that one pass reads at most, at least 1.
    ///   - compute: no one else may compute with it during a pass.
    /// - Throws: `TensorError.outOfMemory`.
    package init(_ target: Target, batchLength: Int = defaultBatchLength, compute: Compute) throws {
        let config = target.config
        let tokens = max(1, batchLength)
        let perLayerWidth = config.layers.count * config.perLayerLength
        self.target = target
        self.compute = compute
        self.batchLength = tokens
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

    /// What a pass gives back: views of the runner's buffers, valid until the next pass and while the runner lives.
    package struct Output {
        /// `[logit rows, vocab]`
        package let logits: Rows
        /// `[hidden rows, embd]`: the states after the final norm.
        package let hidden: Rows
    }

    /// Reads `tokens`, which a context has checked, at the positions after those in `cache`; see
    /// `TargetContext.forward`.
    func forward(
        _ tokens: ArraySlice<Int32>, in cache: KeyValueCache, logits: Range<Int>, hidden: Range<Int>
    ) throws -> Output {
        try makeRoom(forLogits: logits.count)
        // It may have to copy windows, which no thread needs to stay awake for.
        cache.willStore(tokens.count)
        return try compute.pass { try pass(tokens, cache, logits: logits, hidden: hidden) }
    }

    private func pass(
        _ tokens: ArraySlice<Int32>, _ cache: KeyValueCache, logits: Range<Int>, hidden: Range<Int>
    ) throws -> Output {
        compute.begin(.embedding)
        defer { compute.end() }
        let config = target.config
        let wanted = union(logits, hidden)
        let position = cache.count
        var x = activations.stream(tokens.count, width: config.embeddingLength)
        compute.gather(tokens, of: target.tokenEmbedding, scale: target.embeddingScale, into: x)
        let inputs = computePerLayerInputs(x, tokens, wanted)
        rotary.prepare(first: position, count: tokens.count)

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
