package import Gemma4
package import Tensor

/// A drafter joined to a target: the buffers of its forward pass, and the way to the target's cache.
///
/// It keeps no state between calls: a draft depends on the arguments of `draft` alone.
package final class DraftContext {
    package let drafter: Drafter
    private let targetEmbedding: Matrix  // [vocab, embd] of the target
    private let targetEmbeddingScale: Float
    private let sharedLayers: [Int]
    private let compute: Compute

    private let activations: Activations
    private let rotary: RotaryEmbeddings
    private let input: FloatBuffer  // [2 * embd]: the token's embedding, then the hidden state
    private let state: FloatBuffer  // [d], after the final norm
    private let logits: FloatBuffer  // [vocab], or [candidates] of the ordered head
    private let centroidScores: FloatBuffer  // [centroids]
    private var clusters: TopK
    private let candidates: UnsafeMutableBufferPointer<Int32>  // [candidates of the ordered head]

    /// - Parameter share: the layer-share callback, asked once for each layer.
    /// - Throws: `PairError` where the two do not fit, `TensorError.outOfMemory`.
    package init(_ drafter: Drafter, target: Target, compute: Compute, share: LayerShare? = nil) throws {
        let share = share ?? drafter.standardShare(with: target)
        try drafter.checkFit(with: target, share: share)
        self.drafter = drafter
        self.compute = compute
        targetEmbedding = target.tokenEmbedding
        targetEmbeddingScale = target.embeddingScale
        sharedLayers = drafter.layers.indices.map { layer in
            guard let shared = share(layer) else { preconditionFailure("layer \(layer) was checked to have a share") }
            return shared
        }
        activations = try Activations(drafter.config, tokens: 1)
        rotary = try RotaryEmbeddings(drafter.config, factors: drafter.rotaryFactors, capacity: 1)
        input = try FloatBuffer(count: 2 * drafter.targetEmbeddingLength)
        state = try FloatBuffer(count: drafter.config.embeddingLength)
        let head = drafter.orderedHead
        logits = try FloatBuffer(count: head?.candidateCount ?? drafter.config.vocabularySize)
        centroidScores = try FloatBuffer(count: head?.centroids.rows ?? 0)
        clusters = TopK(capacity: head?.clusterCount ?? 0)
        candidates = .allocate(capacity: head?.candidateCount ?? 0)
        candidates.initialize(repeating: 0)
        try compute.reserveProducts(
            tokens: 1, columns: max(activations.widestInput, 2 * drafter.targetEmbeddingLength))
        for layer in drafter.config.layers { try compute.reserveAttention(tokens: 1, layer) }
    }

    deinit { candidates.deallocate() }

    /// What one step offers; valid until the next.
    package struct Step {
        /// The tokens that were scored; nil for all of the vocabulary in order.
        package let candidates: UnsafeBufferPointer<Int32>?
        /// A score for each of them.
        package let logits: UnsafeMutableBufferPointer<Float>
        /// `[embd]`: the hidden state for the next step.
        package let hidden: UnsafeBufferPointer<Float>
    }

    /// Drafts up to `count` tokens.
    /// - Parameters:
    ///   - token: the last token of the text, which the target has not read.
    ///   - hidden: `[embd]`, the target's state after the final norm at the position before `token`.
    ///   - cache: the target's, which ends before `token`.
    ///   - choose: picks a token of a step, or ends the draft with nil.
    /// - Throws: `ModelError.tokenOutOfRange`, and what `choose` throws.
    package func draft(
        count: Int, token: Int32, hidden: UnsafePointer<Float>, cache: KeyValueCache,
        choose: (Step) throws -> Int32?
    ) throws {
        let embd = drafter.targetEmbeddingLength
        let position = cache.count  // of `token`, the same in every step
        compute.enter(.draft)
        defer { compute.enter(.target) }
        rotary.prepare(first: position, count: 1)
        (input.base + embd).update(from: hidden, count: embd)
        var token = token
        try compute.pass {
            for _ in 0..<count {
                guard (0..<Int32(targetEmbedding.rows)).contains(token) else {
                    throw ModelError.tokenOutOfRange(token: token, vocabulary: targetEmbedding.rows)
                }
                let step = step(token: token, position: position, cache: cache)
                compute.begin(.sampling)
                guard let next = try choose(step) else { return }
                token = next
            }
        }
    }

    /// One pass; reads the hidden state in `input` and leaves the next one there.
    private func step(token: Int32, position: Int, cache: KeyValueCache) -> Step {
        let embd = drafter.targetEmbeddingLength
        let inputRow = input.rows(width: 2 * embd)
        let embedding = Rows(base: input.base, count: 1, width: embd)
        let hidden = Rows(base: input.base + embd, count: 1, width: embd)
        compute.begin(.embedding)
        compute.gather(token, of: targetEmbedding, scale: targetEmbeddingScale, into: embedding)

        let x = activations.stream(1, width: drafter.config.embeddingLength)
        compute.multiply(inputRow, by: drafter.preProjection, into: x)
        for (index, layer) in drafter.layers.enumerated() {
            guard let ring = cache.ring(ofLayer: sharedLayers[index]), let angles = rotary[layer.config.kind] else {
                preconditionFailure("layer \(index) of a drafter has neither a ring nor angles")
            }
            let mask = AttentionMask(window: layer.config.kind.window, includesSelf: false)
            layer.forward(
                DecoderLayer.Batch(x: x, firstPosition: position, wanted: 0..<1, cache: ring, mask: mask),
                rotary: angles, activations, compute)
        }
        let state = state.rows(width: x.width)
        compute.begin(.head)
        compute.norm(x, weight: drafter.outputNorm, epsilon: drafter.config.epsilon, into: state)
        compute.multiply(state, by: drafter.postProjection, into: hidden)
        let scored = score(state)
        let scores = UnsafeMutableBufferPointer(start: logits.base, count: scored?.count ?? logits.count)
        return Step(candidates: scored, logits: scores, hidden: hidden.row(0))
    }

    /// Fills `logits`; returns the tokens that were scored, nil for all.
    private func score(_ state: Rows) -> UnsafeBufferPointer<Int32>? {
        guard let head = drafter.orderedHead else {
            compute.multiply(state, by: drafter.tokenEmbedding, into: logits.rows(width: logits.count))
            return nil
        }
        let scores = centroidScores.rows(width: centroidScores.count)
        compute.multiply(state, by: head.centroids, into: scores)
        clusters.select(from: scores.row(0))
        let size = head.clusterSize
        for (place, cluster) in clusters.indices.enumerated() {
            for member in 0..<size { candidates[place * size + member] = head.ordering[Int(cluster) * size + member] }
        }
        let scored = UnsafeBufferPointer(rebasing: candidates[0..<clusters.count * size])
        compute.multiply(state, byRows: scored, of: drafter.tokenEmbedding, into: logits.base)
        return scored
    }
}
