/// The keys and values that attention reads: one layer's ring of positions.
///
/// Position p lies in slot p % capacity; a ring at least as long as what attention looks back on plus one batch never
/// overwrites a key that is still wanted, nor one that a rollback brings back.
///
/// Keys and values lie in blocks of 16 positions, keys so that one vector holds a dimension of 16 keys and a score is a sum
/// within a lane. The capacity is a multiple of 16: a block of positions is a block of slots.
package struct AttentionCache {
    package let headCount: Int
    package let width: Int
    package let capacity: Int

    let keyElement: any CacheElement.Type
    let valueElement: any CacheElement.Type
    private let keys: AlignedMemory  // [headCount, capacity / 16, block of keyElement]
    private let values: AlignedMemory  // [headCount, capacity / 16, block of valueElement]

    /// Positions in a block.
    static let blockLength = 16

    /// - Parameter capacity: positions at least; rounded up to whole blocks.
    /// - Throws: `TensorError.outOfMemory`; `unsupportedHeadWidth` where the type's blocks do not divide the width.
    package init(
        headCount: Int, width: Int, capacity: Int, keyType: CacheType, valueType: CacheType
    ) throws(TensorError) {
        self.headCount = headCount
        self.width = width
        self.capacity = vectors(capacity) * Self.blockLength
        keyElement = keyType.element
        valueElement = valueType.element
        for type in [keyType, valueType] where !width.isMultiple(of: type.element.widthMultiple) {
            throw .unsupportedHeadWidth(width, cacheType: type.rawValue, multiple: type.element.widthMultiple)
        }
        let blocks = self.capacity / Self.blockLength
        keys = try AlignedMemory([headCount, blocks, keyElement.keyBlockBytes(width: width)])
        values = try AlignedMemory([headCount, blocks, valueElement.valueBlockBytes(width: width)])
    }

    /// Bytes of a cache with these sizes.
    package static func byteCount(
        headCount: Int, width: Int, capacity: Int, keyType: CacheType, valueType: CacheType
    ) -> Int {
        headCount * vectors(capacity)
            * (keyType.element.keyBlockBytes(width: width) + valueType.element.valueBlockBytes(width: width))
    }

    package var byteCount: Int { keys.byteCount + values.byteCount }

    /// The block of keys that holds `slot`, which is a multiple of 16.
    func keyBlock(head: Int, slot: Int) -> UnsafeMutableRawPointer {
        keys.base + ((head &* capacity &+ slot) / Self.blockLength &* keyElement.keyBlockBytes(width: width))
    }

    /// The block of values that holds `slot`, which is a multiple of 16.
    func valueBlock(head: Int, slot: Int) -> UnsafeMutableRawPointer {
        values.base + ((head &* capacity &+ slot) / Self.blockLength &* valueElement.valueBlockBytes(width: width))
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
            rows(of: values, head: head, first: first, count: count), asValues: cache.valueBlock(head: head, slot: slot)
        )
    }

    private func rows(of batch: Rows, head: Int, first: Int, count: Int) -> StoredRows {
        StoredRows(
            base: batch[first - firstPosition] + head * cache.width, stride: batch.width, count: count,
            width: cache.width, lane: first % AttentionCache.blockLength)
    }
}
