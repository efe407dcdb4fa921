package import TensorBase

extension Compute {
    /// Makes room for products of up to `tokens` rows of up to `columns` values with any weights.
    package func reserveProducts(
        tokens: Int, columns: Int, resolution: ByteResolution = .single
    ) throws(TensorError) {
        try quantized.reserve(tokens, columns: columns, resolution)
        try reserveScratch(max(ProductSizes.integerScratchCount, kernels.scratchCount(columns: columns)))
    }

    /// Makes room for attention of up to `tokens` rows of `headCount` query heads of `width` to as many KV heads, in a
    /// cache of any type and length.
    package func reserveAttention(
        tokens: Int, headCount: Int, keyValueHeadCount: Int, width: Int
    ) throws(TensorError) {
        let sizes = AttentionSizes(group: headCount / keyValueHeadCount, width: width)
        try reserveScratch(sizes.scratchLength(tileLength: AttentionTuning.tokenTile))
        try rotatedQueries.reserve(tokens * headCount * width)
        // Chunks of one token are spread over threads only if tokens and heads are fewer than the threads' pieces.
        let most = AttentionTuning.piecesPerThread * pool.threadCount - 1
        try states.reserve(sizes.spreadLength(heads: min(tokens * keyValueHeadCount, most)))
    }

    private func reserveScratch(_ count: Int) throws(TensorError) {
        try scratch.reserve(ThreadScratch.stride(count) * pool.threadCount)
    }

    /// Bytes of work memory. It grows if an operation allocates what was not reserved.
    package var workByteCount: Int {
        MemoryLayout<Float>.stride * (scratch.count + quantized.memory.count + states.count + rotatedQueries.count)
    }
}
