package import Platform
package import Tensor

/// How a cache stores its keys and its values.
package struct CacheTypes: Hashable, Sendable {
    package var key: CacheType
    package var value: CacheType

    package init(key: CacheType = .f16, value: CacheType = .f16) {
        self.key = key
        self.value = value
    }

    /// Single precision for both.
    package static let f32 = CacheTypes(key: .f32, value: .f32)
}

/// The keys and values of a sequence: one ring for each layer that owns any.
package final class KeyValueCache {
    /// Positions that have been read.
    package private(set) var count = 0
    package let contextLength: Int
    private let layers: [AttentionCache?]
    private let sources: [CacheSource]

    /// - Parameters:
    ///   - batchLength: positions that are stored at a time at most. A sliding ring holds the window and one batch, so that
    ///     dropping a whole batch again brings back every key that the window had before it.
    ///   - memory: what there is. Systems promise more and end a process that takes them at their word, so that a cache
    ///     which cannot fit is refused before it is made.
    /// - Throws: `ModelError.cacheTooLarge`; `TensorError.unsupportedHeadWidth` where a type's blocks do not divide a
    ///   layer's heads.
    package init(
        _ config: Config, contextLength: Int, batchLength: Int, types: CacheTypes, memory: SystemMemory = .current
    ) throws {
        let size = CacheSize(config, batchLength: batchLength, types: types)
        guard size.byteCount(contextLength) <= memory.total else { throw size.refusal(contextLength, memory) }
        self.contextLength = contextLength
        sources = config.layers.map(\.cacheSource)
        do {
            layers = try config.layers.map { layer in
                guard layer.cacheSource == .own else { return nil }
                return try AttentionCache(
                    headCount: layer.keyValueHeadCount, width: layer.headWidth,
                    capacity: size.capacity(of: layer, contextLength), keyType: types.key, valueType: types.value)
            }
        } catch TensorError.outOfMemory {
            throw size.refusal(contextLength, memory)
        }
    }

    package var byteCount: Int { layers.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

    /// What `layer` attends to: its own ring or the one it shares.
    package func ring(ofLayer layer: Int) -> AttentionCache? {
        switch sources[layer] {
        case .own: layers[layer]
        case .layer(let owner): layers[owner]
        case .otherModel: nil
        }
    }

    /// Counts `tokens` more positions, whose keys every owning layer has stored.
    func commit(_ tokens: Int) { count += tokens }

    /// Forgets the positions from `count` on: some of the last batch, or all there are.
    package func truncate(to count: Int) { self.count = min(self.count, count) }
}
