package import TensorBase

/// Where the keys and values of some layers lie in a page of 64 positions.
///
/// Layer after layer: `[headCount, 4, key block]`, then `[headCount, 4, value block]`. A block is 16 positions of a
/// head. One vector of keys holds a dimension of 16 keys, so a score is summed within a lane.
package struct PageLayout: Sendable, Hashable {
    /// A layer's place in a page.
    package struct Layer: Sendable, Hashable {
        package let headCount: Int
        package let width: Int
        let keyOffset: Int
        let valueOffset: Int
        let end: Int

        /// Bytes of the layer in each page.
        package var byteCount: Int { end - keyOffset }
    }

    /// The heads of a layer that owns keys and values.
    package struct Heads: Sendable, Hashable {
        package let count: Int
        package let width: Int

        package init(count: Int, width: Int) {
            self.count = count
            self.width = width
        }
    }

    package let keyType: CacheType
    package let valueType: CacheType
    package let layers: [Layer]

    /// Bytes of a page.
    package var byteCount: Int { layers.last?.end ?? 0 }
    /// Positions in a page.
    package static let length = CacheView.pageLength

    /// - Throws: `TensorError.unsupportedHeadWidth` where a type's blocks do not divide a layer's heads.
    package init(_ layers: [Heads], keyType: CacheType, valueType: CacheType) throws(TensorError) {
        let blocks = CacheView.pageLength / CacheView.blockLength
        var offset = 0
        self.keyType = keyType
        self.valueType = valueType
        var places: [Layer] = []
        for heads in layers {
            for type in [keyType, valueType] where !heads.width.isMultiple(of: type.widthMultiple) {
                throw .unsupportedHeadWidth(heads.width, cacheType: type.rawValue, multiple: type.widthMultiple)
            }
            let keys = heads.count * blocks * Self.kernels.keyBlockBytes(keyType, width: heads.width)
            let values = heads.count * blocks * Self.kernels.valueBlockBytes(valueType, width: heads.width)
            places.append(
                Layer(
                    headCount: heads.count, width: heads.width, keyOffset: offset, valueOffset: offset + keys,
                    end: offset + keys + values))
            offset += keys + values
        }
        self.layers = places
    }

    /// All forms store keys and values in the same way.
    static var kernels: any KernelSet.Type { Kernels.current }

    /// The pages that hold any of `positions`.
    package static func pages(of positions: Range<Int>) -> Range<Int> {
        positions.isEmpty ? 0..<0 : positions.lowerBound / length..<(positions.upperBound - 1) / length + 1
    }
}
