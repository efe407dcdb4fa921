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
///
/// A sliding layer's ring holds the window and one batch, so the cache can be rewound by a batch at most. For chosen
/// positions `keepWindow` promises more, so that a text with the same beginning need not be read again.
package final class KeyValueCache {
    /// Positions that have been read.
    package private(set) var count = 0
    package let contextLength: Int
    /// Positions stored at a time, at most.
    package let batchLength: Int
    /// The end of the positions that were stored, those forgotten again included: what a ring still holds depends on
    /// it. After windows were restored from copies it says what the rings are like: see `rewind`.
    private var storedEnd = 0
    /// How far before `storedEnd` every sliding ring still has its whole window: a batch, or any distance where no ring
    /// ever overwrites anything.
    private let longestRewind: Int
    /// What each layer attends to: its own ring or the one that it shares.
    let rings: [AttentionCache]
    /// Bytes of all keys and values, without copies of windows.
    package let byteCount: Int
    private var kept: KeptWindows

    /// - Parameters:
    ///   - batchLength: the largest number of positions stored at a time. A sliding ring holds the window and one
    ///     batch, so forgetting a whole batch brings back every key that the window had before it.
    ///   - memory: what the system has, asked for again before a window is copied. The OS overcommits and kills the
    ///     process later, so a cache that cannot fit is rejected up front.
    /// - Throws: `ModelError.cacheTooLarge`; `TensorError.unsupportedHeadWidth` where a type's blocks do not divide a
    ///   layer's heads.
    package init(
        _ config: Config, contextLength: Int, batchLength: Int, types: CacheTypes,
        memory: @autoclosure @escaping () -> SystemMemory = .current
    ) throws {
        let size = CacheSize(config, batchLength: batchLength, types: types)
        let memoryNow = memory()
        let byteCount = size.byteCount(contextLength)
        guard byteCount <= memoryNow.total else { throw size.refusal(contextLength, memoryNow) }
        let rings: [AttentionCache]
        do {
            rings = try size.rings(contextLength)
        } catch TensorError.outOfMemory {
            throw size.refusal(contextLength, memoryNow)
        }
        let sliding = zip(config.layers, rings).compactMap { layer, ring -> KeptWindows.SlidingRing? in
            guard layer.cacheSource == .own, let window = layer.kind.window,
                size.capacity(of: layer, contextLength) < contextLength
            else { return nil }
            return KeptWindows.SlidingRing(cache: ring, window: window)
        }
        self.contextLength = contextLength
        self.batchLength = batchLength
        self.byteCount = byteCount
        self.rings = rings
        longestRewind = sliding.isEmpty ? .max : batchLength
        // Copies at most double what a sequence needs, and one window always fits.
        kept = KeptWindows(sliding, byteLimit: byteCount, memory: memory)
    }

    /// Bytes of the windows that were copied.
    package var keptByteCount: Int { kept.byteCount }

    /// Says that layers may store `tokens` positions after the last one from now on.
    func willStore(_ tokens: Int) {
        storedEnd = max(storedEnd, count + tokens)
        // The rings still hold these windows: `tokens` are at most a batch, so the positions are before `count`.
        kept.save(before: storedEnd - longestRewind)
    }

    /// Counts `tokens` more positions, whose keys every owning layer has stored.
    func commit(_ tokens: Int) { count += tokens }

    // MARK: - Going back

    /// Whether the cache can forget the positions from `count` on at no cost: all of them, or not so many that a
    /// sliding layer would need keys which it has overwritten.
    package func canTruncate(to count: Int) -> Bool {
        count == 0 || (count > 0 && (count >= self.count || storedEnd - count <= longestRewind))
    }

    /// Forgets the positions from `count` on, for which `canTruncate` must hold.
    package func truncate(to count: Int) {
        precondition(canTruncate(to: count), "a sliding layer has overwritten keys before position \(count)")
        self.count = min(self.count, count)
        guard count == 0 else { return }
        storedEnd = 0
        kept.forget(after: 0)
    }

    /// Makes sure that the cache can later be rewound to `position`, which may be ahead. For this the windows of
    /// sliding layers are copied, but only when a pass is about to overwrite them: an answer shorter than a batch
    /// copies nothing.
    ///
    /// The last four positions are kept, if memory allows. Copies take as much as the cache itself at most, and no more
    /// than the system has available; older positions are given up first. A position to which the cache cannot be
    /// rewound now, though it has been read, is not kept.
    package func keepWindow(before position: Int) {
        guard longestRewind != .max, (1...contextLength).contains(position),
            canTruncate(to: position) || kept.contains(position)
        else { return }
        kept.keep(position)
    }

    /// Forgets the positions from `count` on, and more where it must: it goes back to `count` if the sliding layers
    /// have the window before it, otherwise to the last kept position before it, otherwise to 0. Kept positions beyond
    /// that are given up.
    /// - Returns: how many positions are left.
    package func rewind(to count: Int) -> Int {
        let count = max(0, min(count, self.count))
        if canTruncate(to: count) {
            truncate(to: count)
        } else if let position = kept.restore(upTo: count) {
            self.count = position
            // The rings hold the window before `position` and nothing certain before that. They are as if a whole
            // batch had been stored from `position` on and then been forgotten: nothing earlier can be truncated to,
            // and storing that batch again overwrites nothing of the window.
            storedEnd = position + longestRewind
        } else {
            truncate(to: 0)
        }
        kept.forget(after: self.count)
        return self.count
    }
}
