internal import Platform
internal import Tensor

/// What a cache needs, before it is made.
struct CacheSize {
    let config: Config
    let batchLength: Int
    let types: CacheTypes

    init(_ config: Config, batchLength: Int, types: CacheTypes) {
        self.config = config
        self.batchLength = batchLength
        self.types = types
    }

    /// Positions in the ring of a layer that owns one.
    func capacity(of layer: LayerConfig, _ contextLength: Int) -> Int {
        layer.kind.window.map { min(contextLength, $0 + batchLength) } ?? contextLength
    }

    /// Bytes of all rings. Within `Limits` it is far below what an `Int` can hold.
    func byteCount(_ contextLength: Int) -> Int {
        config.layers.reduce(0) { bytes, layer in
            guard layer.cacheSource == .own else { return bytes }
            return bytes
                + AttentionCache.byteCount(
                    headCount: layer.keyValueHeadCount, width: layer.headWidth,
                    capacity: capacity(of: layer, contextLength), keyType: types.key, valueType: types.value)
        }
    }

    /// What each layer attends to: its own ring or the one that it shares.
    func rings(_ contextLength: Int) throws -> [AttentionCache] {
        var rings: [AttentionCache] = []
        for (index, layer) in config.layers.enumerated() {
            switch layer.cacheSource {
            case .own:
                let ring = try AttentionCache(
                    headCount: layer.keyValueHeadCount, width: layer.headWidth,
                    capacity: capacity(of: layer, contextLength), keyType: types.key, valueType: types.value)
                rings.append(ring)
            case .layer(let owner): rings.append(rings[owner])
            case .outside: preconditionFailure("layer \(index) reads a cache of another model")
            }
        }
        return rings
    }

    /// The longest context whose cache has at most `bytes`; 0 for none.
    func longestContext(within bytes: Int) -> Int {
        var (fits, tooLong) = (0, Int(Int32.max) + 1)
        while tooLong - fits > 1 {
            let length = (fits + tooLong) / 2
            if byteCount(length) <= bytes { fits = length } else { tooLong = length }
        }
        return fits
    }

    /// Why a context of `contextLength` is refused, and what would fit.
    func refusal(_ contextLength: Int, _ memory: SystemMemory) -> ModelError {
        // A tenth is left for buffers, and for whoever else needs some meanwhile.
        let budget = memory.available / 10 * 9
        let smaller = CacheSize(config, batchLength: batchLength, types: CacheTypes(key: .q8_0, value: .q8_0))
        let isSmaller = smaller.byteCount(contextLength) < byteCount(contextLength)
        let allowsBlocks = config.layers.allSatisfy { $0.headWidth.isMultiple(of: CacheType.q8_0.widthMultiple) }
        return .cacheTooLarge(
            contextLength: contextLength, bytes: byteCount(contextLength), available: memory.available,
            fitting: min(longestContext(within: budget), contextLength - 1),
            fittingWithQ8Cache: isSmaller && allowsBlocks ? smaller.longestContext(within: budget) : nil)
    }
}
