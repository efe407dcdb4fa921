/// The keys and values that attention reads: one layer's ring of positions.
///
/// Position p lies in slot p % capacity; a ring at least as long as what attention looks back on plus one batch never
/// overwrites a key that is still wanted, nor one that a rollback brings back.
package struct AttentionCache {
    package let headCount: Int
    package let width: Int
    package let capacity: Int
    private let keys: FloatBuffer  // [headCount, capacity, width]
    private let values: FloatBuffer  // [headCount, capacity, width]

    /// - Throws: `TensorError.outOfMemory`.
    package init(headCount: Int, width: Int, capacity: Int) throws(TensorError) {
        self.headCount = headCount
        self.width = width
        self.capacity = capacity
        keys = try FloatBuffer(allocating: headCount, capacity, width)
        values = try FloatBuffer(allocating: headCount, capacity, width)
    }

    package var byteCount: Int { (keys.count + values.count) * MemoryLayout<Float>.stride }

    /// Stores the keys and values `[tokens, headCount * width]` of consecutive positions.
    package func store(keys newKeys: Rows, values newValues: Rows, firstPosition: Int) {
        for token in 0..<newKeys.count {
            let slot = (firstPosition + token) % capacity
            for head in 0..<headCount {
                let at = (head * capacity + slot) * width
                (keys.base + at).update(from: newKeys[token] + head * width, count: width)
                (values.base + at).update(from: newValues[token] + head * width, count: width)
            }
        }
    }

    @inline(__always)
    fileprivate func key(head: Int, slot: Int) -> UnsafePointer<Float> {
        UnsafePointer(keys.base + (head &* capacity &+ slot) &* width)
    }

    @inline(__always)
    fileprivate func value(head: Int, slot: Int) -> UnsafePointer<Float> {
        UnsafePointer(values.base + (head &* capacity &+ slot) &* width)
    }
}

/// Which positions a query at position p sees.
package struct AttentionMask: Sendable {
    /// Sees only k with p - k < window; nil for all.
    package let window: Int?
    /// Whether it sees its own position: a drafter, which has no key of its own, does not.
    package let includesSelf: Bool

    package init(window: Int?, includesSelf: Bool) {
        self.window = window
        self.includesSelf = includesSelf
    }

    func positions(visibleAt position: Int) -> Range<Int> {
        let end = includesSelf ? position + 1 : position
        let start = window.map { max(0, position - $0 + 1) } ?? 0
        return min(start, end)..<end
    }
}

extension Compute {
    /// Grouped-query attention (https://arxiv.org/abs/2305.13245) with unscaled scores, softmax in float32.
    /// - Parameters:
    ///   - queries: `[tokens, heads * width]`, of consecutive positions from `firstPosition`.
    ///   - output: as `queries`.
    package func attention(
        _ queries: Rows, firstPosition: Int, cache: AttentionCache, mask: AttentionMask, into output: Rows
    ) {
        guard queries.count > 0 else { return }
        let group = queries.width / cache.width / cache.headCount
        let longest = mask.positions(visibleAt: firstPosition + queries.count - 1).count
        countAttention(queries, longest: longest, cache: cache)
        let job = AttentionJob(
            queries: queries, firstPosition: firstPosition, cache: cache, mask: mask, group: group, output: output,
            scratch: scratch(count: group * longest))
        pool.run(job, count: queries.count * cache.headCount)
    }
}

/// One piece is one token and one KV head with the `group` query heads that share it.
private struct AttentionJob: ParallelJob {
    let queries: Rows
    let firstPosition: Int
    let cache: AttentionCache
    let mask: AttentionMask
    let group: Int
    let output: Rows
    let scratch: [FloatBuffer]

    func run(_ index: Int, thread: Int) {
        let (token, head) = index.quotientAndRemainder(dividingBy: cache.headCount)
        let width = cache.width
        let positions = mask.positions(visibleAt: firstPosition + token)
        let query = UnsafePointer(queries[token] + head * group * width)
        let result = output[token] + head * group * width
        let scores = scratch[thread].base  // [group, positions]

        for (index, position) in positions.enumerated() {
            let key = cache.key(head: head, slot: position % cache.capacity)
            for member in 0..<group {
                scores[member &* positions.count &+ index] = dot(query + member &* width, key, count: width)
            }
        }
        for member in 0..<group { softmax(scores + member * positions.count, count: positions.count) }
        result.update(repeating: 0, count: group * width)
        for (index, position) in positions.enumerated() {
            let value = cache.value(head: head, slot: position % cache.capacity)
            for member in 0..<group {
                let weight = SIMD16<Float>(repeating: scores[member &* positions.count &+ index])
                forEachVector(width, result + member &* width) { sum, at in
                    multiplyAdd(sum, weight, loadVector(value, at, count: width))
                }
            }
        }
    }
}
