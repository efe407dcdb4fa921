internal import Platform
internal import Tensor

/// What the cache of one sequence needs at most.
struct CacheSize {
    let pool: CachePool
    let batchLength: Int

    init(_ pool: CachePool, batchLength: Int) {
        self.pool = pool
        self.batchLength = batchLength
    }

    /// Bytes of all pages that a sequence of `contextLength` positions may hold. Within `Limits` it is far below what
    /// an `Int` can hold.
    func byteCount(_ contextLength: Int) -> Int {
        let all = PageLayout.pages(of: 0..<contextLength).count
        return pool.groups.reduce(0) { bytes, group in
            // A window and a batch may begin and end within a page.
            let most = group.window.map { PageLayout.pages(of: 0..<$0 + batchLength).count + 1 } ?? all
            return bytes + min(all, most) * group.pages.layout.byteCount
        }
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
        // Nil if its blocks do not divide the model's heads.
        let smaller = (try? CachePool(pool.config, types: CacheTypes(key: .q8_0, value: .q8_0)))
            .map { CacheSize($0, batchLength: batchLength) }
        let isSmaller = smaller.map { $0.byteCount(contextLength) < byteCount(contextLength) } ?? false
        return .cacheTooLarge(
            contextLength: contextLength, bytes: byteCount(contextLength), available: memory.available,
            fitting: min(longestContext(within: budget), contextLength - 1),
            fittingWithQ8Cache: isSmaller ? smaller?.longestContext(within: budget) : nil)
    }
}
