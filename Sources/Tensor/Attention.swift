internal import Platform
package import TensorBase

extension Compute {
    /// Grouped-query attention (https://arxiv.org/abs/2305.13245) with unscaled scores and an online softmax in float32
    /// (https://arxiv.org/abs/1805.02867).
    ///
    /// A row's bits depend on its sequence and its position alone: neither on the batch it comes in, nor on the
    /// threads; see `AttentionTask`.
    /// - Parameters:
    ///   - queries: `[rows, heads * width]`.
    ///   - segments: of all rows. Their layers have heads of one shape.
    ///   - output: as `queries`.
    package func attention(_ queries: Rows, segments: [CacheSegment], mask: AttentionMask, into output: Rows) {
        defer { withExtendedLifetime(segments) {} }  // the threads only have pointers to their pages
        attentions.removeAll(keepingCapacity: true)
        let rotated = rotatedQueries.floats(queries.elementCount).rows(width: queries.width)
        for segment in segments where !segment.rows.isEmpty {
            countAttention(segment, queries, mask: mask)
            let view = segment.cache.view
            attentions.append(
                SegmentAttention(
                    AttentionTask(
                        queries: self.rotated(queries, segment.rows, into: view.keyType.basis, rotated),
                        firstPosition: segment.firstPosition, cache: view, mask: mask, output: output[segment.rows])))
        }
        guard let first = attentions.first else { return }
        let heads = attentions.reduce(0) { $0 + $1.headCount }
        let pieces = AttentionTuning.piecesPerThread * pool.threadCount
        if heads >= pieces || pool.threadCount == 1 || attentions.allSatisfy({ $0.chunks.count <= 1 }) {
            attendByTokens(first.task.sizes, tileLength: min(max(heads / pieces, 1), AttentionTuning.tokenTile))
        } else {
            attendByChunks(first.task.sizes, heads: heads)
        }
    }

    /// The same for one sequence, at consecutive positions from `firstPosition` on.
    package func attention(
        _ queries: Rows, firstPosition: Int, cache: AttentionCache, mask: AttentionMask, into output: Rows
    ) {
        let segment = CacheSegment(rows: 0..<queries.count, firstPosition: firstPosition, cache: cache)
        attention(queries, segments: [segment], mask: mask, into: output)
    }

    /// Some rows of `queries` in the basis of a cache, in `rotated` if that is another than their own.
    private func rotated(_ queries: Rows, _ rows: Range<Int>, into basis: CacheBasis, _ rotated: Rows) -> Rows {
        let queries = queries[rows]
        guard basis != .plain else { return queries }
        let output = rotated[rows]
        forEachRow(of: queries, QueryRotation(kernels: kernels, basis: basis, input: queries, output: output))
        return output
    }

    /// For many rows, or a single chunk: a piece is some rows of a segment.
    private func attendByTokens(_ sizes: AttentionSizes, tileLength: Int) {
        var pieces = 0
        for index in attentions.indices {
            attentions[index].firstPiece = pieces
            pieces += attentions[index].tileCount(tileLength) * attentions[index].task.cache.headCount
        }
        let scratch = scratch(count: sizes.scratchLength(tileLength: tileLength))
        attentions.withUnsafeBufferPointer { segments in
            pool.run(
                TokenAttentionJob(kernels: kernels, segments: segments, tileLength: tileLength, scratch: scratch),
                count: pieces)
        }
    }

    /// For few rows: the chunks of one row are split among the threads and merged afterwards.
    /// - Parameter heads: KV heads, over all rows.
    private func attendByChunks(_ sizes: AttentionSizes, heads: Int) {
        // Long contexts are taken some chunks at a time, so that intermediate states fit the processor's cache.
        let most = attentions.reduce(1) { max($0, $1.chunks.count) }
        let wave = max(1, min(most, AttentionTuning.stateFloats / (heads * sizes.stateLength)))
        let states = states.floats((wave + 1) * heads * sizes.stateLength)
        let scores = scratch(count: sizes.workLength(tokens: 1))
        var offset = 0
        for index in attentions.indices {
            attentions[index].states = states.base + offset
            offset += (wave + 1) * attentions[index].headCount * sizes.stateLength
        }
        for start in stride(from: 0, to: most, by: wave) {
            let chunks = beginWave(at: start, length: wave)
            attentions.withUnsafeBufferPointer { segments in
                pool.run(ChunkAttentionJob(kernels: kernels, segments: segments, scratch: scores), count: chunks)
            }
            let merges = beginMerging()
            attentions.withUnsafeBufferPointer { segments in
                pool.run(MergeJob(kernels: kernels, segments: segments), count: merges)
            }
        }
    }

    /// Numbers the pieces of each segment's next chunks; returns how many there are.
    private func beginWave(at start: Int, length: Int) -> Int {
        var pieces = 0
        for index in attentions.indices {
            attentions[index].beginWave(at: start, length: length)
            attentions[index].firstPiece = pieces
            pieces += attentions[index].wave.count * attentions[index].headCount
        }
        return pieces
    }

    /// Numbers the pieces by which a wave is merged; returns how many there are.
    private func beginMerging() -> Int {
        var pieces = 0
        for index in attentions.indices {
            attentions[index].firstPiece = pieces
            if attentions[index].isMerged { pieces += attentions[index].headCount * attentions[index].task.group }
        }
        return pieces
    }
}

/// Sizes at which the work is split.
enum AttentionTuning {
    /// Tokens of a prompt that a thread takes through the chunks together, while the chunks are in its cache.
    static let tokenTile = 4
    /// With at least this many pieces per thread, chunks of one token are not split across threads. Verification
    /// batches stay under it: their tokens read each chunk together.
    static let piecesPerThread = 16
    /// Floats of the states that wait to be merged: 4 MB.
    static let stateFloats = 1 << 20
}

private struct QueryRotation: RowOperation {
    let kernels: any KernelSet.Type
    let basis: CacheBasis
    let input: Rows
    let output: Rows

    func apply(_ row: Int) {
        output[row].update(from: input[row], count: input.width)
        kernels.rotateQueries(output[row], count: input.width, into: basis)
    }
}

/// One piece is some tokens of a segment and one KV head, with the query heads that share it.
private struct TokenAttentionJob: ParallelJob {
    let kernels: any KernelSet.Type
    let segments: UnsafeBufferPointer<SegmentAttention>
    let tileLength: Int
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let (segment, piece) = segments.find(index)
        attend(segment.pointee.task, piece, scores: scratch[thread])
    }

    private func attend(_ task: AttentionTask, _ piece: Int, scores: UnsafeMutablePointer<Float>) {
        let (tile, head) = piece.quotientAndRemainder(dividingBy: task.cache.headCount)
        let first = tile * tileLength
        let tokens = first..<min(first + tileLength, task.queries.count)
        let states = scores + task.sizes.workLength(tokens: tileLength)
        let next = states + tileLength * task.stateLength
        func state(_ token: Int) -> UnsafeMutablePointer<Float> { states + (token - first) * task.stateLength }

        for chunk in task.chunks(of: tokens) {
            let seeing = task.tokens(of: tokens, seeing: chunk)
            guard let firstSeeing = seeing.first else { continue }
            if seeing.allSatisfy({ task.chunks(of: $0..<$0 + 1).lowerBound == chunk }) {
                kernels.attend(
                    task, tokens: seeing, head: head, chunk: chunk, scores: scores, into: state(firstSeeing))
                continue
            }
            kernels.attend(task, tokens: seeing, head: head, chunk: chunk, scores: scores, into: next)
            for token in seeing {
                let part = next + (token - firstSeeing) * task.stateLength
                if task.chunks(of: token..<token + 1).lowerBound == chunk {
                    state(token).update(from: part, count: task.stateLength)
                } else {
                    for member in 0..<task.group { kernels.merge(task, part, into: state(token), member: member) }
                }
            }
        }
        for token in tokens {
            for member in 0..<task.group {
                kernels.finish(task, state(token), token: token, head: head, member: member)
            }
        }
    }
}

/// One piece is one chunk, one KV head and one token of a segment; tokens that share a chunk are adjacent.
private struct ChunkAttentionJob: ParallelJob {
    let kernels: any KernelSet.Type
    let segments: UnsafeBufferPointer<SegmentAttention>
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let (segment, piece) = segments.find(index)
        let task = segment.pointee.task
        let token = piece % task.queries.count
        let (place, head) = (piece / task.queries.count).quotientAndRemainder(dividingBy: task.cache.headCount)
        let chunk = segment.pointee.wave.lowerBound + place
        guard task.chunks(of: token..<token + 1).contains(chunk) else { return }
        kernels.attend(
            task, tokens: token..<token + 1, head: head, chunk: chunk, scores: scratch[thread],
            into: segment.pointee.states + (segment.pointee.headCount + piece) * task.stateLength)
    }
}

/// One piece is one query head of one token, whose chunks it merges.
private struct MergeJob: ParallelJob {
    let kernels: any KernelSet.Type
    let segments: UnsafeBufferPointer<SegmentAttention>

    func run(_ index: Int, thread: Int) {
        let (segment, piece) = segments.find(index)
        let task = segment.pointee.task
        let wave = segment.pointee.wave
        let (place, member) = piece.quotientAndRemainder(dividingBy: task.group)
        let (head, token) = place.quotientAndRemainder(dividingBy: task.queries.count)
        let visible = task.chunks(of: token..<token + 1)
        let merged = segment.pointee.states + place * task.stateLength
        for chunk in visible.clamped(to: wave) {
            let state = merged + (chunk - wave.lowerBound + 1) * segment.pointee.headCount * task.stateLength
            if chunk == visible.lowerBound {
                task.copy(state, into: merged, member: member)
            } else {
                kernels.merge(task, state, into: merged, member: member)
            }
        }
        if wave.upperBound == segment.pointee.chunks.upperBound {
            kernels.finish(task, merged, token: token, head: head, member: member)
        }
    }
}

extension AttentionTask {
    /// Those of `tokens` that see `chunk`: the earlier ones may not see it yet, and the later ones no more.
    fileprivate func tokens(of tokens: Range<Int>, seeing chunk: Int) -> Range<Int> {
        func sees(_ token: Int) -> Bool { chunks(of: token..<token + 1).contains(chunk) }
        guard let first = tokens.first(where: sees), let last = tokens.last(where: sees) else { return 0..<0 }
        return first..<last + 1
    }
}

extension AttentionSizes {
    /// What a thread needs for `tileLength` tokens: work memory, the tokens' states, and those of their next chunk.
    func scratchLength(tileLength: Int) -> Int { workLength(tokens: tileLength) + 2 * tileLength * stateLength }

    /// The most memory that states of chunks need when split among the threads, for any length of the context.
    /// - Parameter heads: the most KV heads, over all tokens.
    func spreadLength(heads: Int) -> Int {
        // One running state per head, plus one per chunk of the current wave (at least one chunk, even if that exceeds
        // the target size).
        max(AttentionTuning.stateFloats, heads * stateLength) + heads * stateLength
    }
}
