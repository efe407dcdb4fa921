internal import Platform
package import TensorBase

extension Compute {
    /// Grouped-query attention (https://arxiv.org/abs/2305.13245) with unscaled scores and an online softmax in float32
    /// (https://arxiv.org/abs/1805.02867).
    ///
    /// A token's bits depend on its position alone: neither on the batch it comes in, nor on the threads, nor on the
    /// ring's capacity; see `AttentionTask`.
    /// - Parameters:
    ///   - queries: `[tokens, heads * width]`, of consecutive positions from `firstPosition`.
    ///   - output: as `queries`.
    package func attention(
        _ queries: Rows, firstPosition: Int, cache: AttentionCache, mask: AttentionMask, into output: Rows
    ) {
        guard queries.count > 0 else { return }
        countAttention(queries, firstPosition: firstPosition, cache: cache, mask: mask)
        let view = cache.view
        let task = AttentionTask(
            queries: rotated(queries, into: view.keyType.basis), firstPosition: firstPosition, cache: view, mask: mask,
            output: output)
        let heads = queries.count * cache.headCount
        let pieces = AttentionTuning.piecesPerThread * pool.threadCount
        if heads >= pieces || pool.threadCount == 1 || task.chunks(of: 0..<queries.count).count <= 1 {
            attendByTokens(task, tileLength: min(max(heads / pieces, 1), AttentionTuning.tokenTile))
        } else {
            attendByChunks(task)
        }
    }

    /// `queries` in the basis of a cache; valid until the next call.
    private func rotated(_ queries: Rows, into basis: CacheBasis) -> Rows {
        guard basis != .plain else { return queries }
        let rotated = rotatedQueries.floats(queries.elementCount).rows(width: queries.width).prefix(queries.count)
        forEachRow(of: queries, QueryRotation(kernels: kernels, basis: basis, input: queries, output: rotated))
        return rotated
    }

    /// For many tokens, or a single chunk: a piece is some tokens.
    private func attendByTokens(_ task: AttentionTask, tileLength: Int) {
        let job = TokenAttentionJob(
            kernels: kernels, task: task, tileLength: tileLength,
            scratch: scratch(count: task.sizes.scratchLength(tileLength: tileLength)))
        pool.run(job, count: (task.queries.count + tileLength - 1) / tileLength * task.cache.headCount)
    }

    /// For few tokens: the chunks of one token are split among the threads and merged afterwards.
    private func attendByChunks(_ task: AttentionTask) {
        let heads = task.queries.count * task.cache.headCount
        let all = task.chunks(of: 0..<task.queries.count)
        // Long contexts are taken some chunks at a time, so that intermediate states fit the processor's cache.
        let most = (task.cache.capacity - 1) / AttentionTask.chunkLength + 2
        let wave = max(1, min(most, AttentionTuning.stateFloats / (heads * task.stateLength)))
        let states = states.floats((wave + 1) * heads * task.stateLength)
        let scores = scratch(count: task.sizes.workLength(tokens: 1))
        var first = all.lowerBound
        repeat {
            let chunks = first..<min(first + wave, all.upperBound)
            pool.run(
                ChunkAttentionJob(
                    kernels: kernels, task: task, chunks: chunks, scratch: scores, states: states.base),
                count: chunks.count * heads)
            pool.run(
                MergeJob(
                    kernels: kernels, task: task, chunks: chunks, isLast: chunks.upperBound == all.upperBound,
                    states: states.base),
                count: heads * task.group)
            first = chunks.upperBound
        } while first < all.upperBound
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

/// One piece is some tokens and one KV head, with the query heads that share it.
private struct TokenAttentionJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: AttentionTask
    let tileLength: Int
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let (tile, head) = index.quotientAndRemainder(dividingBy: task.cache.headCount)
        let first = tile * tileLength
        let tokens = first..<min(first + tileLength, task.queries.count)
        let scores = scratch[thread]
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

/// One piece is one chunk, one KV head and one token; tokens that share a chunk are adjacent.
private struct ChunkAttentionJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: AttentionTask
    let chunks: Range<Int>
    let scratch: ThreadScratch
    let states: UnsafeMutablePointer<Float>  // [1 + chunks, KV heads, tokens, state]

    func run(_ index: Int, thread: Int) {
        let token = index % task.queries.count
        let (chunk, head) = (index / task.queries.count).quotientAndRemainder(dividingBy: task.cache.headCount)
        let heads = task.queries.count * task.cache.headCount
        guard task.chunks(of: token..<token + 1).contains(chunks.lowerBound + chunk) else { return }
        kernels.attend(
            task, tokens: token..<token + 1, head: head, chunk: chunks.lowerBound + chunk, scores: scratch[thread],
            into: states + (heads + index) * task.stateLength)
    }
}

/// One piece is one query head of one token, whose chunks it merges.
private struct MergeJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: AttentionTask
    let chunks: Range<Int>
    let isLast: Bool
    let states: UnsafeMutablePointer<Float>  // as above; the first of each token and head holds the chunks before

    func run(_ index: Int, thread: Int) {
        let (place, member) = index.quotientAndRemainder(dividingBy: task.group)
        let (head, token) = place.quotientAndRemainder(dividingBy: task.queries.count)
        let heads = task.queries.count * task.cache.headCount
        let visible = task.chunks(of: token..<token + 1)
        let merged = states + place * task.stateLength
        for chunk in visible.clamped(to: chunks) {
            let state = merged + (chunk - chunks.lowerBound + 1) * heads * task.stateLength
            if chunk == visible.lowerBound {
                task.copy(state, into: merged, member: member)
            } else {
                kernels.merge(task, state, into: merged, member: member)
            }
        }
        if isLast { kernels.finish(task, merged, token: token, head: head, member: member) }
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
