internal import Platform

/// The keys and values of 64 positions, of all layers of a group. Its memory goes back to the pool with the last
/// reference.
///
/// Sendable because the memory never moves. Only passes write to it, one at a time, and only to a page that nobody else
/// refers to.
package final class CachePage: Sendable {
    let memory: AlignedMemory
    private let pool: PagePool

    init(_ memory: AlignedMemory, of pool: PagePool) {
        self.memory = memory
        self.pool = pool
    }

    deinit { pool.take(memory) }

    /// Bytes of all that it holds.
    package var byteCount: Int { memory.byteCount }

    /// The bytes, for saving and restoring. Whoever writes to them is the only one who refers to the page.
    package var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: memory.base, count: memory.byteCount)
    }
}
