internal import Platform
internal import TensorBase

/// How a product's weight rows are split among threads.
struct RowPieces {
    let rows: Int
    let size: Int
    private let threads: Int

    var count: Int { (rows + size - 1) / size }

    /// The pieces that a thread has at first (see `ParallelJob`). The first thread has them all if there are too few to
    /// be worth waking others.
    func run(of thread: Int) -> Range<Int> {
        if count == 1 { return thread == 0 ? 0..<1 : 1..<1 }
        return count * thread / threads..<count * (thread + 1) / threads
    }

    func range(_ index: Int) -> Range<Int> { index * size..<min((index + 1) * size, rows) }

    /// Pieces of about 128 KB, in which each row of a panel is a sequential read of 8 KB, and at least four per thread,
    /// so that all threads finish together.
    init(of weights: Matrix, threads: Int) {
        rows = weights.rows
        self.threads = threads
        let panel = ProductSizes.largestPanel
        let wanted = min(131_072 / weights.rowBytes, rows / (threads * 4))
        // Small products cost less than waking a thread: some microseconds, in which a core reads 32 KB.
        size = rows * weights.rowBytes < 65_536 ? rows : max(1, wanted / panel) * panel
    }

    init(floatsOf weights: Matrix, tokens: Int, threads: Int, usesBLAS: Bool) {
        rows = weights.rows
        self.threads = threads
        if rows * weights.rowBytes * tokens < 65_536 {
            size = rows
        } else if usesBLAS {
            // BLAS rounds differently for panels of another size, so sizes must not depend on the number of threads.
            size = ProductSizes.rowsForBLAS
        } else {
            size = min(64, max(4, rows / (threads * 4) & ~3))
        }
    }
}

/// The product expected to run next: the same steps follow each other in every pass.
///
/// Nothing prefetches a product's first panel, so each thread prefetches it while it multiplies its last panel of the
/// product before.
struct FollowingProduct {
    let weights: UnsafeRawPointer
    let rowBytes: Int
    let pieces: RowPieces

    /// Where `thread` will begin, if piece `index` of `pieces` is the last of its run.
    func start(after index: Int, of pieces: RowPieces, _ thread: Int) -> UnsafeRawPointer? {
        let next = self.pieces.run(of: thread)
        guard pieces.run(of: thread).upperBound == index + 1, !next.isEmpty else { return nil }
        return weights + self.pieces.range(next.lowerBound).lowerBound * rowBytes
    }
}

/// Which product followed each one last time.
struct ProductOrder {
    private var following: [UnsafeRawPointer: FollowingProduct] = [:]
    private var last: UnsafeRawPointer?

    /// Notes that the product with `weights` begins. Allocates only for a product that is new. Experts are not noted,
    /// because they are many and come in any order.
    mutating func begin(_ weights: Matrix, _ pieces: RowPieces) -> FollowingProduct? {
        guard !weights.isSlice else {
            last = nil
            return nil
        }
        let product = FollowingProduct(weights: weights.base, rowBytes: weights.rowBytes, pieces: pieces)
        if let last { following[last] = product }
        last = weights.base
        return following[weights.base]
    }
}
