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
    /// The end of the positions that have been stored since the cache was empty, those forgotten again included.
    private var storedEnd = 0
    /// How far before `storedEnd` every sliding ring still has its whole window.
    private let longestRewind: Int
    /// What each layer attends to: its own ring or the one that it shares.
    let rings: [AttentionCache]
    /// Bytes of all keys and values.
    package let byteCount: Int

    /// - Parameters:
    ///   - batchLength: the largest number of positions stored at a time. A sliding ring holds the window and one
    ///     batch, so forgetting a whole batch brings back every key that the window had before it.
    ///   - memory: what the system has. The OS overcommits and kills the process later, so a cache that cannot fit is
    ///     rejected up front.
    /// - Throws: `ModelError.cacheTooLarge`; `TensorError.unsupportedHeadWidth` where a type's blocks do not divide a
    ///   layer's heads.
    package init(
        _ config: Config, contextLength: Int, batchLength: Int, types: CacheTypes, memory: SystemMemory = .current
    ) throws {
        let size = CacheSize(config, batchLength: batchLength, types: types)
        guard size.byteCount(contextLength) <= memory.total else { throw size.refusal(contextLength, memory) }
        self.contextLength = contextLength
        byteCount = size.byteCount(contextLength)
        let overwrites = config.layers.contains { layer in
            layer.cacheSource == .own && size.capacity(of: layer, contextLength) < contextLength
        }
        longestRewind = overwrites ? batchLength : .max
        do {
            rings = try size.rings(contextLength)
        } catch TensorError.outOfMemory {
            throw size.refusal(contextLength, memory)
        }
    }

    /// Says that layers may store `tokens` positions after the last one from now on.
    func willStore(_ tokens: Int) { storedEnd = max(storedEnd, count + tokens) }

    /// Counts `tokens` more positions, whose keys every owning layer has stored.
    func commit(_ tokens: Int) { count += tokens }

    /// Whether the cache can forget the positions from `count` on: all of them, or not so many that a sliding layer
    /// would need keys which it has overwritten.
    package func canTruncate(to count: Int) -> Bool {
        count == 0 || (count > 0 && (count >= self.count || storedEnd - count <= longestRewind))
    }

    /// Forgets the positions from `count` on, for which `canTruncate` must hold.
    package func truncate(to count: Int) {
        precondition(canTruncate(to: count), "a sliding layer has overwritten keys before position \(count)")
        self.count = min(self.count, count)
        if count == 0 { storedEnd = 0 }
    }
}
