/// The memory of one layer's keys and values, for kernels. It owns nothing; see `AttentionCache`.
package struct CacheView {
    package let headCount: Int
    package let width: Int
    /// Positions; a multiple of `blockLength`. Position p is stored in slot p % capacity.
    package let capacity: Int
    package let keyType: CacheType
    package let valueType: CacheType

    package let keys: UnsafeMutableRawPointer  // [headCount, capacity / 16, key block]
    package let values: UnsafeMutableRawPointer  // [headCount, capacity / 16, value block]
    package let keyBlockBytes: Int
    package let valueBlockBytes: Int

    /// Positions in a block.
    package static let blockLength = 16

    @inlinable package init(
        headCount: Int, width: Int, capacity: Int, keyType: CacheType, valueType: CacheType,
        keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer, keyBlockBytes: Int, valueBlockBytes: Int
    ) {
        self.headCount = headCount
        self.width = width
        self.capacity = capacity
        self.keyType = keyType
        self.valueType = valueType
        self.keys = keys
        self.values = values
        self.keyBlockBytes = keyBlockBytes
        self.valueBlockBytes = valueBlockBytes
    }

    /// The block of keys that holds `slot`, a multiple of 16.
    @inlinable package func keyBlock(head: Int, slot: Int) -> UnsafeMutableRawPointer {
        keys + ((head &* capacity &+ slot) / Self.blockLength &* keyBlockBytes)
    }

    /// The block of values that holds `slot`, a multiple of 16.
    @inlinable package func valueBlock(head: Int, slot: Int) -> UnsafeMutableRawPointer {
        values + ((head &* capacity &+ slot) / Self.blockLength &* valueBlockBytes)
    }
}

/// Rows of one head at consecutive positions, to be stored in a cache.
package struct StoredRows {
    package let base: UnsafePointer<Float>  // [count, width]
    /// Floats from one row to the next.
    package let stride: Int
    package let count: Int
    package let width: Int
    /// The first row's index within its block of 16 positions. All rows belong to that block.
    package let lane: Int

    @inlinable package init(base: UnsafePointer<Float>, stride: Int, count: Int, width: Int, lane: Int) {
        self.base = base
        self.stride = stride
        self.count = count
        self.width = width
        self.lane = lane
    }
}
