/// Memory for the time of an operation, which grows where it has to.
struct WorkBuffer {
    private var memory = FloatBuffer(constantCount: 0)

    var count: Int { memory.count }

    /// Makes room for `count` floats.
    mutating func reserve(_ count: Int) throws(TensorError) {
        if memory.count < count { memory = try FloatBuffer(count: count) }
    }

    /// At least `count` floats, of any value. Allocates only where they have not been reserved, and then memory that runs
    /// out ends the process: sizes that a file, a flag or a text has a say in are reserved.
    mutating func floats(_ count: Int) -> FloatBuffer {
        if memory.count < count { memory = FloatBuffer(constantCount: count) }
        return memory
    }
}

extension Compute {
    /// Makes room for products of up to `tokens` rows of up to `columns` values with any weights.
    package func reserveProducts(
        tokens: Int, columns: Int, resolution: ByteResolution = .single
    ) throws(TensorError) {
        try quantized.reserve(tokens, columns: columns, resolution)
        try reserveScratch(max(IntegerProduct.scratchCount, ProductTuning.scratchCount(columns: columns)))
    }

    /// Makes room for attention of up to `tokens` rows of `headCount` query heads of `width` to as many KV heads, in a
    /// cache of any type and length.
    package func reserveAttention(
        tokens: Int, headCount: Int, keyValueHeadCount: Int, width: Int
    ) throws(TensorError) {
        let sizes = AttentionSizes(group: headCount / keyValueHeadCount, width: width)
        try reserveScratch(sizes.scratchLength(tileLength: AttentionTuning.tokenTile))
        try rotatedQueries.reserve(tokens * headCount * width)
        // Chunks are spread only where tokens and heads are fewer than the threads' pieces.
        let most = AttentionTuning.piecesPerThread * pool.threadCount - 1
        try states.reserve(sizes.spreadLength(heads: min(tokens * keyValueHeadCount, most)))
    }

    private func reserveScratch(_ count: Int) throws(TensorError) {
        try scratch.reserve(ThreadScratch.stride(count) * pool.threadCount)
    }

    /// Bytes of work memory: what operations allocate where it was not reserved.
    package var workByteCount: Int {
        MemoryLayout<Float>.stride * (scratch.count + quantized.memory.count + states.count + rotatedQueries.count)
    }
}
