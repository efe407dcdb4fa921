package import Gemma4
internal import Tensor

/// Runs a drafter's steps: the buffers of its forward pass. Like the target's runner, on whose threads it computes, it
/// is shared by sequences, and keeps nothing of them. Step i of all sequences is one pass.
package final class DraftRunner {
    package let drafter: Drafter
    package let target: TargetRunner
    /// Sequences that can be drafted for at once.
    package let sequenceCount: Int

    private let targetEmbedding: Matrix  // [vocab, embd] of the target
    private let targetEmbeddingScale: Float
    private let compute: Compute
    private let activations: Activations
    private let rotary: RotaryEmbeddings
    private let embeddings: FloatBuffer  // [sequences, embd]
    private let hidden: FloatBuffer  // [sequences, embd]: for the next step
    private let input: FloatBuffer  // [sequences, 2 * embd]: embedding and hidden state
    private let state: FloatBuffer  // [sequences, d], after the final norm
    private let logits: FloatBuffer  // [sequences, vocab], or [sequences, candidates] of the ordered head
    private let centroidScores: FloatBuffer  // [sequences, centroids]
    private var clusters: TopK
    private let candidates: UnsafeMutableBufferPointer<Int32>  // [sequences, candidates of the ordered head]
    private var scored: [Int]  // [sequences]: how many of a row's candidates have a score
    /// The drafts that go on, by row.
    private var active: [(draft: Int, token: Int32)] = []
    private var segments: [CacheSegment] = []

    /// - Parameters:
    ///   - target: the runner whose passes verify the drafts. Nothing may run on it meanwhile.
    ///   - sequences: how many sequences are drafted for at once, at most.
    /// - Throws: `PairError` where neither model has the rotation's factors, `TensorError.outOfMemory`.
    package init(_ drafter: Drafter, for target: TargetRunner, sequences: Int = 1) throws {
        self.drafter = drafter
        self.target = target
        sequenceCount = sequences
        compute = target.compute
        targetEmbedding = target.target.tokenEmbedding
        targetEmbeddingScale = target.target.embeddingScale
        activations = try Activations(drafter.config, tokens: sequences)
        rotary = try RotaryEmbeddings(
            drafter.config, factors: drafter.rotaryFactors(with: target.target), capacity: sequences)
        embeddings = try FloatBuffer(count: sequences, drafter.targetEmbeddingLength)
        hidden = try FloatBuffer(count: sequences, drafter.targetEmbeddingLength)
        input = try FloatBuffer(count: sequences, 2 * drafter.targetEmbeddingLength)
        state = try FloatBuffer(count: sequences, drafter.config.embeddingLength)
        let head = drafter.orderedHead
        logits = try FloatBuffer(count: sequences, head?.candidateCount ?? drafter.config.vocabularySize)
        centroidScores = try FloatBuffer(count: sequences, head?.centroids.rows ?? 0)
        clusters = TopK(capacity: head?.clusterCount ?? 0)
        candidates = .allocate(capacity: sequences * (head?.candidateCount ?? 0))
        candidates.initialize(repeating: 0)
        scored = Array(repeating: head == nil ? drafter.config.vocabularySize : 0, count: sequences)
        try compute.reserveProducts(
            tokens: sequences, columns: max(activations.widestInput, 2 * drafter.targetEmbeddingLength))
        for layer in drafter.config.layers { try compute.reserveAttention(tokens: sequences, layer) }
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

    /// What is drafted for one sequence.
    package struct Draft {
        /// The keys and values that each layer reads.
        let caches: [AttentionCache]
        /// Tokens at most.
        let count: Int
        /// The last token of the text, which the target has not read.
        let token: Int32
        /// The position of `token`, before which the target's cache ends. It is the same in every step.
        let position: Int
        /// `[embd]`, the target's state after the final norm at the position before `token`.
        let hidden: UnsafePointer<Float>
    }

    /// Drafts for some sequences in lockstep.
    /// - Parameters:
    ///   - drafts: at most `sequenceCount`.
    ///   - choose: picks a token of a step of `drafts[index]`, or ends that draft with nil.
    /// - Throws: `ModelError.tokenOutOfRange`, and what `choose` throws.
    package func draft(_ drafts: [Draft], choose: (_ index: Int, Step) throws -> Int32?) throws {
        precondition(drafts.count <= sequenceCount, "more drafts than the runner has rows")
        compute.enter(.draft)
        defer {
            compute.enter(.target)
            segments.removeAll(keepingCapacity: true)
        }
        active.removeAll(keepingCapacity: true)
        let states = hidden.rows(width: drafter.targetEmbeddingLength)
        for (index, draft) in drafts.enumerated() where draft.count > 0 {
            states[active.count].update(from: draft.hidden, count: states.width)
            active.append((index, draft.token))
        }
        try compute.pass {
            var step = 0
            while !active.isEmpty {
                try run(drafts)
                compute.begin(.sampling)
                step += 1
                var kept = 0
                for row in active.indices {
                    let index = active[row].draft
                    guard let token = try choose(index, result(row)), step < drafts[index].count else { continue }
                    states.move(row..<row + 1, to: kept)
                    active[kept] = (index, token)
                    kept += 1
                }
                active.removeLast(active.count - kept)
            }
        }
    }

    /// One pass over the active drafts; reads `hidden` and leaves the next states there.
    private func run(_ drafts: [Draft]) throws {
        let embd = drafter.targetEmbeddingLength
        let embeddings = embeddings.rows(width: embd)
        let states = hidden.rows(width: embd).prefix(active.count)
        let inputs = input.rows(width: 2 * embd).prefix(active.count)
        compute.begin(.embedding)
        for (row, draft) in active.enumerated() {
            guard (0..<Int32(targetEmbedding.rows)).contains(draft.token) else {
                throw ModelError.tokenOutOfRange(token: draft.token, vocabulary: targetEmbedding.rows)
            }
            let embedding = embeddings[row..<row + 1]
            compute.gather(draft.token, of: targetEmbedding, scale: targetEmbeddingScale, into: embedding)
            inputs[row].update(from: embeddings[row], count: embd)
            (inputs[row] + embd).update(from: states[row], count: embd)
            rotary.prepare(first: drafts[draft.draft].position, count: 1, row: row)
        }
        let x = activations.stream(active.count, width: drafter.config.embeddingLength)
        compute.multiply(inputs, by: drafter.preProjection, into: x)
        for (index, layer) in drafter.layers.enumerated() {
            segments.removeAll(keepingCapacity: true)
            for (row, draft) in active.enumerated() {
                let draft = drafts[draft.draft]
                segments.append(
                    CacheSegment(rows: row..<row + 1, firstPosition: draft.position, cache: draft.caches[index]))
            }
            let mask = AttentionMask(window: layer.config.kind.window, includesSelf: false)
            layer.forward(
                DecoderLayer.Batch(x: x, segments: segments, mask: mask), rotary: rotary[index], activations, compute)
        }
        let normed = state.rows(width: x.width).prefix(x.count)
        compute.begin(.head)
        compute.norm(x, weight: drafter.outputNorm, epsilon: drafter.config.epsilon, into: normed)
        compute.multiply(normed, by: drafter.postProjection, into: states)
        score(normed)
    }

    /// What the last pass offers one of the drafts.
    private func result(_ row: Int) -> Step {
        let states = hidden.rows(width: drafter.targetEmbeddingLength)
        let width = drafter.orderedHead?.candidateCount ?? drafter.config.vocabularySize
        let scores = UnsafeMutableBufferPointer(rebasing: logits.rows(width: width).mutableRow(row)[..<scored[row]])
        let tokens = drafter.orderedHead.map { _ in candidates(row) }
        return Step(candidates: tokens, logits: scores, hidden: states.row(row))
    }

    /// The tokens that an ordered head has scored for a row.
    private func candidates(_ row: Int) -> UnsafeBufferPointer<Int32> {
        let width = drafter.orderedHead?.candidateCount ?? 0
        return UnsafeBufferPointer(rebasing: candidates[row * width..<row * width + scored[row]])
    }

    /// Fills `logits` and, with an ordered head, the tokens that they belong to.
    private func score(_ states: Rows) {
        guard let head = drafter.orderedHead else {
            let scores = logits.rows(width: drafter.config.vocabularySize).prefix(states.count)
            return compute.multiply(states, by: drafter.tokenEmbedding, into: scores)
        }
        let scores = centroidScores.rows(width: head.centroids.rows).prefix(states.count)
        compute.multiply(states, by: head.centroids, into: scores)
        let (size, width) = (head.clusterSize, head.candidateCount)
        for row in 0..<states.count {
            clusters.select(from: scores.row(row))
            for (place, cluster) in clusters.indices.enumerated() {
                for member in 0..<size {
                    candidates[row * width + place * size + member] = head.ordering[Int(cluster) * size + member]
                }
            }
            scored[row] = clusters.count * size
            compute.multiply(
                states[row..<row + 1], byRows: candidates(row), of: drafter.tokenEmbedding,
                into: logits.base + row * width)
        }
    }
}
