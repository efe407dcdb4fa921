package import Gemma4
internal import Tensor

/// Runs a drafter's steps: the buffers of its forward pass. Like the target's runner, on whose threads it computes, it
/// is shared by sequences that are read one after the other, and keeps nothing of them.
package final class DraftRunner {
    package let drafter: Drafter
    package let target: TargetRunner

    private let targetEmbedding: Matrix  // [vocab, embd] of the target
    private let targetEmbeddingScale: Float
    private let compute: Compute
    private let activations: Activations
    private let rotary: RotaryEmbeddings
    private let input: FloatBuffer  // [2 * embd]: the token's embedding, then the hidden state
    private let state: FloatBuffer  // [d], after the final norm
    private let logits: FloatBuffer  // [vocab], or [candidates] of the ordered head
    private let centroidScores: FloatBuffer  // [centroids]
    private var clusters: TopK
    private let candidates: UnsafeMutableBufferPointer<Int32>  // [candidates of the ordered head]

    /// - Parameter target: the runner whose passes verify the drafts. Nothing may run on it meanwhile.
    /// - Throws: `PairError` where neither model has the rotation's factors, `TensorError.outOfMemory`.
    package init(_ drafter: Drafter, for target: TargetRunner) throws {
        self.drafter = drafter
        self.target = target
        compute = target.compute
        targetEmbedding = target.target.tokenEmbedding
        targetEmbeddingScale = target.target.embeddingScale
        activations = try Activations(drafter.config, tokens: 1)
        rotary = try RotaryEmbeddings(
            drafter.config, factors: drafter.rotaryFactors(with: target.target), capacity: 1)
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

    /// Drafts up to `count` tokens; see `DraftContext.draft`.
    /// - Parameter caches: the keys and values that each layer reads.
    func draft(
        count: Int, token: Int32, at position: Int, hidden: UnsafePointer<Float>, caches: [AttentionCache],
        choose: (Step) throws -> Int32?
    ) throws {
        let embd = drafter.targetEmbeddingLength
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
                let step = step(token: token, position: position, caches)
                compute.begin(.sampling)
                guard let next = try choose(step) else { return }
                token = next
            }
        }
    }

    /// One pass; reads the hidden state in `input` and leaves the next one there.
    private func step(token: Int32, position: Int, _ caches: [AttentionCache]) -> Step {
        let embd = drafter.targetEmbeddingLength
        let inputRow = input.rows(width: 2 * embd)
        let embedding = Rows(base: input.base, count: 1, width: embd)
        let hidden = Rows(base: input.base + embd, count: 1, width: embd)
        compute.begin(.embedding)
        compute.gather(token, of: targetEmbedding, scale: targetEmbeddingScale, into: embedding)

        let x = activations.stream(1, width: drafter.config.embeddingLength)
        compute.multiply(inputRow, by: drafter.preProjection, into: x)
        for (index, layer) in drafter.layers.enumerated() {
            let mask = AttentionMask(window: layer.config.kind.window, includesSelf: false)
            layer.forward(
                DecoderLayer.Batch(x: x, firstPosition: position, wanted: 0..<1, cache: caches[index], mask: mask),
                rotary: rotary[index], activations, compute)
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
