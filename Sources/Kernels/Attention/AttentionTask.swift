internal import TensorBase

// A chunk of attention; see `AttentionTask` for how chunks are cut and merged.

extension AttentionTask {
    /// Computes the state of what `token` sees of `chunk`, at least one position.
    func attend(
        _ token: Int, head: Int, chunk: Int, scores: UnsafeMutablePointer<Float>,
        into state: UnsafeMutablePointer<Float>
    ) {
        let start = chunk &* AttentionTask.chunkLength
        let positions = mask.positions(visibleAt: firstPosition + token)
            .clamped(to: start..<start + AttentionTask.chunkLength)
        computeScores(token, head: head, positions, chunkStart: start, into: scores)
        for member in 0..<group {
            let (maximum, sum) = exponentials(
                scores + (member &* AttentionTask.chunkLength),
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
        let length = CacheView.blockLength
        var block = positions.lowerBound / length
        let end = (positions.upperBound &- 1) / length &+ 1
        while block < end {
            let slot = block &* length % cache.capacity
            let blocks = min(end &- block, (cache.capacity &- slot) / length)  // up to the ring's end
            CacheTable.visit(
                cache.keyType,
                Scoring(
                    product:
                        KeyProduct(
                            rows: group, width: cache.width, queries: queries[token] + (head &* group &* cache.width),
                            blocks: cache.keyBlock(head: head, slot: slot), blockCount: blocks,
                            scores: scores + (block &* length &- chunkStart), scoreStride: AttentionTask.chunkLength,
                            work: work(behind: scores))))
            block &+= blocks
        }
    }

    /// Turns the scores of what is visible into exp(score - maximum).
    private func exponentials(
        _ scores: UnsafeMutablePointer<Float>, visible: Range<Int>
    ) -> (maximum: Float, sum: Float) {
        // The hidden lanes of the first and last vector get no weight, and no value is read for them.
        let range = visible.lowerBound / 16..<vectors(visible.upperBound)
        for place in range.lowerBound &* 16..<visible.lowerBound { scores[place] = -.infinity }
        for place in visible.upperBound..<range.upperBound &* 16 { scores[place] = -.infinity }
        var maxima = One(repeating: -.infinity)
        for vector in range {
            let score = One(scores + (vector &* 16))
            maxima.replace(with: score, where: score .> maxima)
        }
        let maximum = largestLane(of: maxima)
        var sums = One.zero
        for vector in range {
            let weight = exponential(One(scores + (vector &* 16)) - maximum)
            weight.store(to: scores + (vector &* 16))
            sums += weight
        }
        return (maximum, laneSum(of: sums))
    }

    /// The values of what the token sees, weighted. No others are touched: they may hold NaN.
    private func sumValues(
        head: Int, _ positions: Range<Int>, chunkStart: Int, weights: UnsafeMutablePointer<Float>,
        into state: UnsafeMutablePointer<Float>
    ) {
        var position = positions.lowerBound
        while position < positions.upperBound {
            let slot = position % cache.capacity
            let count = min(positions.upperBound &- position, cache.capacity &- slot)  // up to the ring's end
            let lane = slot % CacheView.blockLength
            CacheTable.visit(
                cache.valueType,
                Summing(
                    product:
                        ValueProduct(
                            rows: group, width: valueWidth, weights: weights + (position &- chunkStart),
                            weightStride: AttentionTask.chunkLength,
                            blocks: cache.valueBlock(head: head, slot: slot &- lane), lane: lane, count: count,
                            sums: state,
                            accumulates: position > positions.lowerBound, work: work(behind: weights))))
            position &+= count
        }
    }

    /// The memory for products with codes, which follows the scores.
    private func work(behind scores: UnsafeMutablePointer<Float>) -> CodeWork {
        let decoded = scores + sizes.scoreLength
        return CodeWork(decoded: decoded, heads: decoded + AttentionSizes.decodedLength)
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

    /// Writes the output of one query head: the weighted sums divided by the sum of the weights; zeros where the token
    /// sees nothing.
    func finish(_ state: UnsafePointer<Float>, _ token: Int, head: Int, member: Int) {
        let result = output[token] + (head &* group &+ member) &* cache.width
        guard !chunks(of: token..<token + 1).isEmpty else {
            return result.update(repeating: 0, count: cache.width)
        }
        let factor = 1 / state[group &* (valueWidth &+ 1) &+ member]
        forEachVector(cache.width, result) { _, at in One(state + (member &* valueWidth &+ at)) * factor }
        switch cache.valueType.basis {
        case .plain: break
        case .turbo: TurboQuant.rotateBack(row: result, count: cache.width)
        case .trellis: TrellisRotation.rotateBack(row: result, count: cache.width)
        }
    }
}
