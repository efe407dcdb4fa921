package import TensorBase

/// The keys and values that attention reads: one layer of a sequence's pages.
package struct AttentionCache {
    package let table: PageTable
    package let layer: PageLayout.Layer

    /// - Parameter layer: one of the table's layout.
    package init(_ table: PageTable, layer: PageLayout.Layer) {
        self.table = table
        self.layer = layer
    }

    /// A layer on its own, with room for positions `0..<positions`.
    /// - Throws: `TensorError.outOfMemory`; `unsupportedHeadWidth` if the type's blocks do not divide the width.
    package init(
        headCount: Int, width: Int, positions: Int, keyType: CacheType, valueType: CacheType
    ) throws(TensorError) {
        let heads = PageLayout.Heads(count: headCount, width: width)
        let layout = try PageLayout([heads], keyType: keyType, valueType: valueType)
        self.init(PageTable(PagePool(layout)), layer: layout.layers[0])
        try table.makeRoom(for: 0..<positions)
    }

    package var headCount: Int { layer.headCount }
    package var width: Int { layer.width }

    /// Bytes of a position.
    package var bytesPerPosition: Int { layer.byteCount / PageLayout.length }

    /// The memory as kernels see it, valid until the table changes.
    var view: CacheView {
        let (layout, kernels) = (table.layout, PageLayout.kernels)
        return CacheView(
            headCount: headCount, width: width, keyType: layout.keyType, valueType: layout.valueType,
            pages: table.pointers, keyOffset: layer.keyOffset, valueOffset: layer.valueOffset,
            keyBlockBytes: kernels.keyBlockBytes(layout.keyType, width: width),
            valueBlockBytes: kernels.valueBlockBytes(layout.valueType, width: width))
    }
}

/// Consecutive positions of a sequence, in a batch of rows of several sequences.
package struct CacheSegment {
    /// Which rows of the batch they are.
    package let rows: Range<Int>
    /// The position of the first.
    package let firstPosition: Int
    package let cache: AttentionCache

    package init(rows: Range<Int>, firstPosition: Int, cache: AttentionCache) {
        self.rows = rows
        self.firstPosition = firstPosition
        self.cache = cache
    }
}
