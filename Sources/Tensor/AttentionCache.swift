internal import Platform
package import TensorBase

/// The keys and values that attention reads: one layer's ring of positions.
///
/// Position p is stored in slot p % capacity. A ring at least as long as attention's window plus one batch never
/// overwrites a key that is still needed, or that a rollback brings back.
///
/// Keys and values are stored in blocks of 16 positions. One vector of keys holds a dimension of 16 keys, so a score is
/// summed within a lane. The capacity is a multiple of 16, so a block of positions is a block of slots.
package struct AttentionCache {
    package let headCount: Int
    package let width: Int
    package let capacity: Int

    private let keyType: CacheType
    private let valueType: CacheType
    private let keys: AlignedMemory  // [headCount, capacity / 16, key block]
    private let values: AlignedMemory  // [headCount, capacity / 16, value block]

    /// - Parameter capacity: the least number of positions; rounded up to a multiple of 16.
    /// - Throws: `TensorError.outOfMemory`; `unsupportedHeadWidth` if the type's blocks do not divide the width.
    package init(
        headCount: Int, width: Int, capacity: Int, keyType: CacheType, valueType: CacheType
    ) throws(TensorError) {
        self.headCount = headCount
        self.width = width
        self.capacity = Self.roundedUp(capacity)
        self.keyType = keyType
        self.valueType = valueType
        for type in [keyType, valueType] where !width.isMultiple(of: type.widthMultiple) {
            throw .unsupportedHeadWidth(width, cacheType: type.rawValue, multiple: type.widthMultiple)
        }
        let blocks = self.capacity / CacheView.blockLength
        keys = try .checked([headCount, blocks, Self.kernels.keyBlockBytes(keyType, width: width)])
        values = try .checked([headCount, blocks, Self.kernels.valueBlockBytes(valueType, width: width)])
    }

    /// All forms store keys and values in the same way.
    private static var kernels: any KernelSet.Type { Kernels.current }

    /// Bytes of a cache with these sizes.
    package static func byteCount(
        headCount: Int, width: Int, capacity: Int, keyType: CacheType, valueType: CacheType
    ) -> Int {
        let blockBytes = kernels.keyBlockBytes(keyType, width: width) + kernels.valueBlockBytes(valueType, width: width)
        return headCount * (roundedUp(capacity) / CacheView.blockLength) * blockBytes
    }

    package var byteCount: Int { keys.byteCount + values.byteCount }

    /// The memory as kernels see it. It is valid while the cache lives.
    var view: CacheView {
        CacheView(
            headCount: headCount, width: width, capacity: capacity, keyType: keyType, valueType: valueType,
            keys: keys.base, values: values.base, keyBlockBytes: Self.kernels.keyBlockBytes(keyType, width: width),
            valueBlockBytes: Self.kernels.valueBlockBytes(valueType, width: width))
    }

    private static func roundedUp(_ capacity: Int) -> Int {
        (capacity + CacheView.blockLength - 1) / CacheView.blockLength * CacheView.blockLength
    }
}

extension Compute {
    /// Stores the keys and values `[tokens, headCount * width]` of consecutive positions.
    package func store(keys: Rows, values: Rows, firstPosition: Int, in cache: AttentionCache) {
        guard keys.count > 0 else { return }
        let length = CacheView.blockLength
        let firstBlock = firstPosition / length
        let job = StoreJob(
            kernels: kernels, keys: keys, values: values, firstPosition: firstPosition, firstBlock: firstBlock,
            cache: cache.view)
        pool.run(job, count: ((firstPosition + keys.count - 1) / length - firstBlock + 1) * cache.headCount)
    }
}

/// One piece is the part of the batch that belongs to one block of one head.
private struct StoreJob: ParallelJob {
    let kernels: any KernelSet.Type
    let keys: Rows
    let values: Rows
    let firstPosition: Int
    let firstBlock: Int
    let cache: CacheView

    func run(_ index: Int, thread: Int) {
        let (block, head) = index.quotientAndRemainder(dividingBy: cache.headCount)
        let start = (firstBlock + block) * CacheView.blockLength
        let first = max(start, firstPosition)
        let count = min(start + CacheView.blockLength, firstPosition + keys.count) - first
        let slot = start % cache.capacity
        kernels.store(
            rows(of: keys, head: head, first: first, count: count), asKeys: cache.keyType,
            in: cache.keyBlock(head: head, slot: slot))
        kernels.store(
            rows(of: values, head: head, first: first, count: count), asValues: cache.valueType,
            in: cache.valueBlock(head: head, slot: slot))
    }

    private func rows(of batch: Rows, head: Int, first: Int, count: Int) -> StoredRows {
        StoredRows(
            base: batch[first - firstPosition] + head * cache.width, stride: batch.width, count: count,
            width: cache.width, lane: first % CacheView.blockLength)
    }
}
