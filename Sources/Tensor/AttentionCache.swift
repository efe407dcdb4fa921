/// The keys and values that attention reads: one layer's ring of positions.
///
/// Position p lies in slot p % capacity; a ring at least as long as what attention looks back on plus one batch never
/// overwrites a key that is still wanted, nor one that a rollback brings back.
///
/// Keys lie in blocks of 16 positions, so that one vector holds a dimension of 16 keys and a score is a sum within a lane.
/// The capacity is a multiple of 16: a block of positions is a block of slots.
package struct AttentionCache {
    package let headCount: Int
    package let width: Int
    package let capacity: Int

    let keyElement: any CacheElement.Type
    let valueElement: any CacheElement.Type
    private let keys: AlignedMemory  // [headCount, capacity / 16, width, 16]
    private let values: AlignedMemory  // [headCount, capacity, width rounded up to a multiple of 16]

    /// Positions in a block.
    static let blockLength = 16

    /// - Parameter capacity: positions at least; rounded up to whole blocks.
    /// - Throws: `TensorError.outOfMemory`.
    package init(
        headCount: Int, width: Int, capacity: Int, keyType: CacheType, valueType: CacheType
    ) throws(TensorError) {
        self.headCount = headCount
        self.width = width
        self.capacity = vectors(capacity) * Self.blockLength
        keyElement = keyType.element
        valueElement = valueType.element
        keys = try AlignedMemory([headCount, self.capacity, width, keyElement.byteCount])
        values = try AlignedMemory([headCount, self.capacity, vectors(width) * 16, valueElement.byteCount])
    }

    package var byteCount: Int { keys.byteCount + values.byteCount }

    /// Bytes of a block of keys.
    var keyBlockBytes: Int { width &* Self.blockLength &* keyElement.byteCount }

    /// Bytes of a value of one head.
    var valueBytes: Int { vectors(width) &* 16 &* valueElement.byteCount }

    /// The block of keys that holds `slot`, which is a multiple of 16.
    func keyBlock(head: Int, slot: Int) -> UnsafeMutableRawPointer {
        keys.base + ((head &* capacity &+ slot) / Self.blockLength &* keyBlockBytes)
    }

    func value(head: Int, slot: Int) -> UnsafeMutableRawPointer {
        values.base + ((head &* capacity &+ slot) &* valueBytes)
    }
}

extension Compute {
    /// Stores the keys and values `[tokens, headCount * width]` of consecutive positions.
    package func store(keys: Rows, values: Rows, firstPosition: Int, in cache: AttentionCache) {
        guard keys.count > 0 else { return }
        let length = AttentionCache.blockLength
        let firstBlock = firstPosition / length
        let job = StoreJob(
            keys: keys, values: values, firstPosition: firstPosition, firstBlock: firstBlock, cache: cache)
        pool.run(job, count: ((firstPosition + keys.count - 1) / length - firstBlock + 1) * cache.headCount)
    }
}

/// One piece is the part of the batch in one block of one head.
private struct StoreJob: ParallelJob {
    let keys: Rows
    let values: Rows
    let firstPosition: Int
    let firstBlock: Int
    let cache: AttentionCache

    func run(_ index: Int, thread: Int) {
        let (block, head) = index.quotientAndRemainder(dividingBy: cache.headCount)
        let start = (firstBlock + block) * AttentionCache.blockLength
        let first = max(start, firstPosition)
        let count = min(start + AttentionCache.blockLength, firstPosition + keys.count) - first
        let slot = start % cache.capacity
        cache.keyElement.store(
            rows(of: keys, head: head, first: first, count: count), asKeys: cache.keyBlock(head: head, slot: slot))
        cache.valueElement.store(
            rows(of: values, head: head, first: first, count: count), asValues: cache.value(head: head, slot: slot))
    }

    private func rows(of batch: Rows, head: Int, first: Int, count: Int) -> StoredRows {
        StoredRows(
            base: batch[first - firstPosition] + head * cache.width, stride: batch.width, count: count,
            width: cache.width, lane: first % AttentionCache.blockLength)
    }
}
