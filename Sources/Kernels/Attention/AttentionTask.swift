internal import TensorBase

// A chunk of attention; see `AttentionTask` for how chunks are cut and merged.

extension AttentionTask {
    /// Computes the states of what consecutive tokens see of `chunk`, each at least one position.
    ///
    /// The tokens share what decoding keys or values costs, if that is more than to load them from memory.
    func attend(
        _ tokens: Range<Int>, head: Int, chunk: Int, scores: UnsafeMutablePointer<Float>,
        into states: UnsafeMutablePointer<Float>
    ) {
        guard cache.keyType.basis == .trellis || cache.valueType.basis == .trellis else {
            for token in tokens {
                let state = states + (token &- tokens.lowerBound) &* stateLength
                attendTogether(token..<token + 1, head: head, chunk: chunk, scores: scores, into: state)
            }
            return
        }
        attendTogether(tokens, head: head, chunk: chunk, scores: scores, into: states)
    }

    private func attendTogether(
        _ tokens: Range<Int>, head: Int, chunk: Int, scores: UnsafeMutablePointer<Float>,
        into states: UnsafeMutablePointer<Float>
    ) {
        let part = ChunkPart(task: self, tokens: tokens, head: head, chunk: chunk, scores: scores)
        if cache.keyType.basis == .trellis {
            part.computeScores(tokens)
        } else {
            for token in tokens { part.computeScores(token..<token + 1) }
        }
        for token in tokens { part.computeWeights(token, into: states) }
        if cache.valueType.basis == .trellis {
            part.sumValues(tokens, into: states)
        } else {
            for token in tokens { part.sumValues(token..<token + 1, into: states) }
        }
    }
}

/// What some tokens see of a chunk.
private struct ChunkPart {
    let task: AttentionTask
    /// Those whose scores are in `scores`.
    let tokens: Range<Int>
    let head: Int
    let chunk: Int
    let scores: UnsafeMutablePointer<Float>  // [tokens, group, chunk], then `CodeWork`

    private var start: Int { chunk &* AttentionTask.chunkLength }
    private var cache: CacheView { task.cache }
    private var group: Int { task.group }

    /// What consecutive tokens see of the chunk, each of them some of it.
    private func positions(_ tokens: Range<Int>) -> Range<Int> {
        let first = task.mask.positions(visibleAt: task.firstPosition + tokens.lowerBound)
        let last = task.mask.positions(visibleAt: task.firstPosition + tokens.upperBound &- 1)
        return (first.lowerBound..<last.upperBound).clamped(to: start..<start + AttentionTask.chunkLength)
    }

    private func scores(of token: Int) -> UnsafeMutablePointer<Float> {
        scores + (token &- tokens.lowerBound) &* task.sizes.scoreLength
    }

    /// The memory for products with codes, which follows the scores.
    private var work: CodeWork {
        let decoded = scores + tokens.count &* task.sizes.scoreLength
        return CodeWork(decoded: decoded, heads: decoded + AttentionSizes.decodedLength)
    }

    /// The scores of whole blocks; those of positions that a token does not see are arbitrary.
    func computeScores(_ tokens: Range<Int>) {
        let length = CacheView.blockLength
        let positions = positions(tokens)
        var block = positions.lowerBound / length
        let end = (positions.upperBound &- 1) / length &+ 1
        while block < end {
            let position = block &* length
            // Up to the page's end.
            let blocks = min(end &- block, (CacheView.pageLength &- position % CacheView.pageLength) / length)
            CacheTable.visit(
                cache.keyType,
                Scoring(
                    product:
                        KeyProduct(
                            tokens: tokens.count, rows: group, width: cache.width,
                            queries: task.queries[tokens.lowerBound] + (head &* group &* cache.width),
                            queryTokenStride: task.queries.width,
                            blocks: cache.keyBlock(head: head, position: position), blockCount: blocks,
                            scores: scores(of: tokens.lowerBound) + (position &- start),
                            scoreStride: AttentionTask.chunkLength, scoreTokenStride: task.sizes.scoreLength,
                            work: work)))
            block &+= blocks
        }
    }

    /// Turns the scores of a token into weights, exp(score - maximum), and stores maxima and sums in its state. What
    /// other tokens see and it does not gets no weight.
    func computeWeights(_ token: Int, into states: UnsafeMutablePointer<Float>) {
        let (all, seen) = (positions(tokens), positions(token..<token + 1))
        let visible = seen.lowerBound &- start..<seen.upperBound &- start
        let state = states + (token &- tokens.lowerBound) &* task.stateLength
        for member in 0..<group {
            let scores = scores(of: token) + member &* AttentionTask.chunkLength
            let (maximum, sum) = exponentials(scores, visible: visible)
            state[group &* task.valueWidth &+ member] = maximum
            state[group &* task.valueWidth &+ group &+ member] = sum
            for place in all.lowerBound &- start..<visible.lowerBound { scores[place] = 0 }
            for place in visible.upperBound..<all.upperBound &- start { scores[place] = 0 }
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

    /// The values of what tokens see, weighted. No others are touched: they may hold NaN.
    func sumValues(_ tokens: Range<Int>, into states: UnsafeMutablePointer<Float>) {
        let positions = positions(tokens)
        var position = positions.lowerBound
        while position < positions.upperBound {
            let left = CacheView.pageLength &- position % CacheView.pageLength  // up to the page's end
            let count = min(positions.upperBound &- position, left)
            let lane = position % CacheView.blockLength
            CacheTable.visit(
                cache.valueType,
                Summing(
                    product:
                        ValueProduct(
                            tokens: tokens.count, rows: group, width: task.valueWidth,
                            weights: scores(of: tokens.lowerBound) + (position &- start),
                            weightStride: AttentionTask.chunkLength, weightTokenStride: task.sizes.scoreLength,
                            blocks: cache.valueBlock(head: head, position: position &- lane), lane: lane, count: count,
                            sums: states + (tokens.lowerBound &- self.tokens.lowerBound) &* task.stateLength,
                            sumTokenStride: task.stateLength,
                            accumulates: position > positions.lowerBound, work: work)))
            position &+= count
        }
    }
}

// MARK: - States

extension AttentionTask {
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
