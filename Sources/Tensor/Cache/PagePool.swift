internal import Platform
internal import Synchronization
package import TensorBase

/// Where pages of one layout come from. Memory of pages that nobody refers to is used again.
package final class PagePool: Sendable {
    package let layout: PageLayout
    private let state = Mutex(State())

    private struct State {
        var held = 0
        var free: [AlignedMemory] = []
    }

    /// Bytes of free memory that wait to be used again; what is more goes back to the system.
    private static let largestReserve = 256 << 20

    package init(_ layout: PageLayout) { self.layout = layout }

    /// Pages that somebody refers to.
    package var heldCount: Int { state.withLock { $0.held } }
    /// Bytes of these.
    package var heldBytes: Int { heldCount * layout.byteCount }

    /// A page of arbitrary content.
    /// - Throws: `TensorError.outOfMemory`.
    package func page() throws(TensorError) -> CachePage {
        let used = state.withLock { state in
            state.held += 1
            return state.free.popLast()
        }
        if let used { return CachePage(used, of: self) }
        do {
            return CachePage(try .checked([layout.byteCount]), of: self)
        } catch {
            state.withLock { $0.held -= 1 }
            throw error
        }
    }

    func take(_ memory: AlignedMemory) {
        state.withLock { state in
            state.held -= 1
            if (state.free.count + 1) * layout.byteCount <= Self.largestReserve { state.free.append(memory) }
        }
    }
}

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
