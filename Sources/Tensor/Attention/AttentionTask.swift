/// Attention of a batch, chunk by chunk.
///
/// The positions that a token sees are cut into chunks at multiples of a fixed length, and the chunks' results are merged
/// in rising order. Where a token's chunks begin and end, and so every rounding, follows from its position alone.
///
/// The state of one or more chunks, for the query heads of a KV head: `[group, valueWidth]` sums of values weighted by
/// exp(score - maximum), then `[group]` maxima and `[group]` sums of the weights.
struct AttentionTask {
    /// Rotated if the keys are.
    let queries: Rows  // [tokens, heads * width]
    let firstPosition: Int
    let cache: AttentionCache
    let mask: AttentionMask
    let output: Rows  // [tokens, heads * width]

    let sizes: AttentionSizes

    init(queries: Rows, firstPosition: Int, cache: AttentionCache, mask: AttentionMask, output: Rows) {
        self.queries = queries
        self.firstPosition = firstPosition
        self.cache = cache
        self.mask = mask
        self.output = output
        sizes = AttentionSizes(group: queries.width / cache.width / cache.headCount, width: cache.width)
    }

    var group: Int { sizes.group }
    var valueWidth: Int { sizes.valueWidth }
    var stateLength: Int { sizes.stateLength }
    var workLength: Int { sizes.workLength }
    private var scoreLength: Int { sizes.scoreLength }

    /// The chunks that any of `tokens`, which follow each other, sees.
    func chunks(of tokens: Range<Int>) -> Range<Int> {
        let first = mask.positions(visibleAt: firstPosition + tokens.lowerBound)
        let last = mask.positions(visibleAt: firstPosition + tokens.upperBound - 1)
        let length = AttentionTuning.chunkLength
        guard !last.isEmpty else { return 0..<0 }
        return first.lowerBound / length..<(last.upperBound - 1) / length + 1
    }

    /// Computes the state of what `token` sees of `chunk`, at least one position.
    func attend(
        _ token: Int, head: Int, chunk: Int, scores: UnsafeMutablePointer<Float>,
        into state: UnsafeMutablePointer<Float>
    ) {
        let start = chunk &* AttentionTuning.chunkLength
        let positions = mask.positions(visibleAt: firstPosition + token)
            .clamped(to: start..<start + AttentionTuning.chunkLength)
        computeScores(token, head: head, positions, chunkStart: start, into: scores)
        for member in 0..<group {
            let (maximum, sum) = exponentials(
                scores + (member &* AttentionTuning.chunkLength),
                visible: positions.lowerBound &- start..<positions.upperBound &- start)
            state[group &* valueWidth &+ member] = maximum
            state[group &* valueWidth &+ group &+ member] = sum
        }
        sumValues(head: head, positions, chunkStart: start, weights: scores, into: state)
    }

    /// The scores of whole blocks; those of positions that the token does not see are arbitrary.
    private func computeScores(
        _ token: Int, head: Int, _ positions: Range<Int>, chunkStart: Int, into scores: UnsafeMutablePointer<Float>
    ) {
        let length = AttentionCache.blockLength
        var block = positions.lowerBound / length
        let end = (positions.upperBound &- 1) / length &+ 1
        while block < end {
            let slot = block &* length % cache.capacity
            let blocks = min(end &- block, (cache.capacity &- slot) / length)  // up to the ring's end
            cache.keyElement.score(
                KeyProduct(
                    rows: group, width: cache.width, queries: queries[token] + (head &* group &* cache.width),
                    blocks: cache.keyBlock(head: head, slot: slot), blockCount: blocks,
                    scores: scores + (block &* length &- chunkStart), scoreStride: AttentionTuning.chunkLength))
            block &+= blocks
        }
    }

    /// Turns the scores of what is visible into exp(score - maximum).
    private func exponentials(
        _ scores: UnsafeMutablePointer<Float>, visible: Range<Int>
    ) -> (maximum: Float, sum: Float) {
        // The hidden lanes of the first and last vector: they vanish beside the maximum's 1, and no value is read for them.
        let range = visible.lowerBound / 16..<vectors(visible.upperBound)
        for place in range.lowerBound &* 16..<visible.lowerBound { scores[place] = -.infinity }
        for place in visible.upperBound..<range.upperBound &* 16 { scores[place] = -.infinity }
        var maxima = One(repeating: -.infinity)
        for vector in range {
            let score = One(scores + (vector &* 16))
            maxima.replace(with: score, where: score .> maxima)
        }
        let maximum = maxima.max()
        var sums = One.zero
        for vector in range {
            let weight = exponential(One(scores + (vector &* 16)) - maximum)
            weight.store(to: scores + (vector &* 16))
            sums += weight
        }
        return (maximum, sums.sum())
    }

    /// The values of what the token sees, weighted; no others are touched, for what they hold may be no number.
    private func sumValues(
        head: Int, _ positions: Range<Int>, chunkStart: Int, weights: UnsafeMutablePointer<Float>,
        into state: UnsafeMutablePointer<Float>
    ) {
        var position = positions.lowerBound
        while position < positions.upperBound {
            let slot = position % cache.capacity
            let count = min(positions.upperBound &- position, cache.capacity &- slot)  // up to the ring's end
            let lane = slot % AttentionCache.blockLength
            cache.valueElement.sum(
                ValueProduct(
                    rows: group, width: valueWidth, weights: weights + (position &- chunkStart),
                    weightStride: AttentionTuning.chunkLength,
                    blocks: cache.valueBlock(head: head, slot: slot &- lane), lane: lane, count: count, sums: state,
                    accumulates: position > positions.lowerBound, scratch: weights + scoreLength))
            position &+= count
        }
    }

    // MARK: - States

    func copy(_ source: UnsafePointer<Float>, into state: UnsafeMutablePointer<Float>, member: Int) {
        (state + (member &* valueWidth)).update(from: source + (member &* valueWidth), count: valueWidth)
        let maximumAt = group &* valueWidth &+ member
        state[maximumAt] = source[maximumAt]
        state[maximumAt &+ group] = source[maximumAt &+ group]
    }

    /// Adds the state of the next chunk to that of the chunks before it, for one query head.
    func merge(_ next: UnsafePointer<Float>, into state: UnsafeMutablePointer<Float>, member: Int) {
        let maximumAt = group &* valueWidth &+ member
        let sumAt = maximumAt &+ group
        let maximum = max(state[maximumAt], next[maximumAt])
        var scale = One.zero
        (scale[0], scale[1]) = (state[maximumAt] - maximum, next[maximumAt] - maximum)
        scale = exponential(scale)
        state[maximumAt] = maximum
        state[sumAt] = state[sumAt] * scale[0] + next[sumAt] * scale[1]
        let (before, after) = (One(repeating: scale[0]), One(repeating: scale[1]))
        for vector in 0..<valueWidth / 16 {
            let at = member &* valueWidth &+ vector &* 16
            multiplyAdd(One(state + at) * before, One(next + at), after).store(to: state + at)
        }
    }

    /// Writes the output of one query head: the weighted sums divided by the sum of the weights; zeros where the token sees
    /// nothing.
    func finish(_ state: UnsafePointer<Float>, _ token: Int, head: Int, member: Int) {
        let result = output[token] + (head &* group &+ member) &* cache.width
        guard !chunks(of: token..<token + 1).isEmpty else {
            return result.update(repeating: 0, count: cache.width)
        }
        let factor = 1 / state[group &* (valueWidth &+ 1) &+ member]
        forEachVector(cache.width, result) { _, at in One(state + (member &* valueWidth &+ at)) * factor }
        if cache.valueElement.isRotated { TurboQuant.rotateBack(row: result, count: cache.width) }
    }
}

/// The sizes of an attention's buffers, in floats.
struct AttentionSizes {
    /// Query heads that share a KV head.
    let group: Int
    /// Width of a head, rounded up to whole vectors.
    let valueWidth: Int

    init(group: Int, width: Int) {
        self.group = group
        valueWidth = vectors(width) * 16
    }

    /// Of a state.
    var stateLength: Int { group &* (valueWidth &+ 2) }

    /// Of a chunk's scores, `[group, chunk]`.
    var scoreLength: Int { group &* AttentionTuning.chunkLength }

    /// Of a chunk's scores, and behind them of a block's weights, `[group, 16]`.
    var workLength: Int { scoreLength &+ group &* AttentionCache.blockLength }

    /// What a thread needs for `tileLength` tokens: their states, and one more, beside the work.
    func scratchLength(tileLength: Int) -> Int { workLength + (tileLength + 1) * stateLength }

    /// The most that the states of chunks need that are spread over the threads, whatever the context's length.
    /// - Parameter heads: KV heads of all tokens together at most.
    func spreadLength(heads: Int) -> Int {
        // One state for each head beside those of a wave, which is one chunk where already that is more than it should be.
        max(AttentionTuning.stateFloats, heads * stateLength) + heads * stateLength
    }
}
