/// Attention of a batch, chunk by chunk.
///
/// The positions that a token sees are cut into chunks at multiples of a fixed length, and the chunks' results are
/// merged in rising order. A token's position alone decides where its chunks begin and end, and so every rounding.
///
/// The state of one or more chunks, for the query heads of a KV head: `[group, valueWidth]` sums of values weighted by
/// exp(score - maximum), then `[group]` maxima and `[group]` sums of the weights.
package struct AttentionTask {
    /// Rotated if the keys are.
    package let queries: Rows  // [tokens, heads * width]
    package let firstPosition: Int
    package let cache: CacheView
    package let mask: AttentionMask
    package let output: Rows  // [tokens, heads * width]
    package let sizes: AttentionSizes

    @inlinable package init(queries: Rows, firstPosition: Int, cache: CacheView, mask: AttentionMask, output: Rows) {
        self.queries = queries
        self.firstPosition = firstPosition
        self.cache = cache
        self.mask = mask
        self.output = output
        sizes = AttentionSizes(group: queries.width / cache.width / cache.headCount, width: cache.width)
    }

    /// Positions of a chunk, a multiple of the block length. Longer chunks need less merging, shorter ones spread
    /// better over the threads.
    package static let chunkLength = 256

    @inlinable package var group: Int { sizes.group }
    @inlinable package var valueWidth: Int { sizes.valueWidth }
    @inlinable package var stateLength: Int { sizes.stateLength }

    /// The chunks that any of `tokens`, which are consecutive, sees.
    @inlinable package func chunks(of tokens: Range<Int>) -> Range<Int> {
        let first = mask.positions(visibleAt: firstPosition + tokens.lowerBound)
        let last = mask.positions(visibleAt: firstPosition + tokens.upperBound - 1)
        guard !last.isEmpty else { return 0..<0 }
        return first.lowerBound / Self.chunkLength..<(last.upperBound - 1) / Self.chunkLength + 1
    }

    /// Copies the state of one query head.
    @inlinable package func copy(_ source: UnsafePointer<Float>, into state: UnsafeMutablePointer<Float>, member: Int) {
        (state + (member &* valueWidth)).update(from: source + (member &* valueWidth), count: valueWidth)
        let maximumAt = group &* valueWidth &+ member
        state[maximumAt] = source[maximumAt]
        state[maximumAt &+ group] = source[maximumAt &+ group]
    }
}

/// The sizes of an attention's buffers, in floats.
package struct AttentionSizes {
    /// Query heads that share a KV head.
    package let group: Int
    /// Width of a head, rounded up to a multiple of 16.
    package let valueWidth: Int

    @inlinable package init(group: Int, width: Int) {
        self.group = group
        valueWidth = (width + 15) / 16 * 16
    }

    /// A state.
    @inlinable package var stateLength: Int { group &* (valueWidth &+ 2) }

    /// The scores of a chunk, `[group, chunk]`.
    @inlinable package var scoreLength: Int { group &* AttentionTask.chunkLength }

    /// A block of decoded keys or values, 128 wide, and the sums of eight query heads with it.
    @inlinable package static var decodedLength: Int { CacheView.blockLength &* (128 &+ 2 &* 8) }

    /// What a query head needs for products with codes: the weights of a block's positions and their sum with the
    /// block's minima, or the sum of each 32 values of the query.
    @inlinable package var headWorkLength: Int { max(CacheView.blockLength &+ 1, valueWidth / 32) }

    /// The scores of some tokens and a chunk, followed by a decoded block and the memory of the tokens' query heads.
    @inlinable package func workLength(tokens: Int) -> Int {
        tokens &* (scoreLength &+ group &* headWorkLength) &+ Self.decodedLength
    }
}
