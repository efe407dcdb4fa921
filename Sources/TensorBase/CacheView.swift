/// The keys and values of one layer of a sequence, for kernels. It owns nothing; see `AttentionCache`.
///
/// They lie in pages, which other layers share: position p is in page p / `pageLength`.
package struct CacheView {
    package let headCount: Int
    package let width: Int
    package let keyType: CacheType
    package let valueType: CacheType

    /// By page number. Pages that the sequence does not hold are nil, and attention never sees their positions.
    package let pages: UnsafePointer<UnsafeMutableRawPointer?>
    /// Where the layer's `[headCount, pageLength / 16, key block]` begin in a page, in bytes.
    package let keyOffset: Int
    /// Where its `[headCount, pageLength / 16, value block]` begin.
    package let valueOffset: Int
    package let keyBlockBytes: Int
    package let valueBlockBytes: Int

    /// Positions in a block.
    package static let blockLength = 16
    /// Positions in a page. A multiple of a block, and a divisor of attention's chunks.
    package static let pageLength = 64

    @inlinable package init(
        headCount: Int, width: Int, keyType: CacheType, valueType: CacheType,
        pages: UnsafePointer<UnsafeMutableRawPointer?>, keyOffset: Int, valueOffset: Int, keyBlockBytes: Int,
        valueBlockBytes: Int
    ) {
        self.headCount = headCount
        self.width = width
        self.keyType = keyType
        self.valueType = valueType
        self.pages = pages
        self.keyOffset = keyOffset
        self.valueOffset = valueOffset
        self.keyBlockBytes = keyBlockBytes
        self.valueBlockBytes = valueBlockBytes
    }

    /// The block of keys that begins at `position`, a multiple of 16. The page's next blocks of the head follow it.
    @inlinable package func keyBlock(head: Int, position: Int) -> UnsafeMutableRawPointer {
        page(of: position) + (keyOffset &+ block(head: head, position: position) &* keyBlockBytes)
    }

    /// The block of values that begins at `position`, likewise.
    @inlinable package func valueBlock(head: Int, position: Int) -> UnsafeMutableRawPointer {
        page(of: position) + (valueOffset &+ block(head: head, position: position) &* valueBlockBytes)
    }

    @inlinable func page(of position: Int) -> UnsafeMutableRawPointer {
        guard let page = pages[position / Self.pageLength] else {
            preconditionFailure("the sequence does not hold the page")
        }
        return page
    }

    @inlinable func block(head: Int, position: Int) -> Int {
        (head &* Self.pageLength &+ position % Self.pageLength) / Self.blockLength
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
