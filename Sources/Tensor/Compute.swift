package import Platform
package import TensorBase

/// How activations enter the products with quantized weights.
package enum ActivationPrecision: Sendable {
    /// As signed bytes with one scale per 32 values, llama.cpp's way.
    case bytes
    /// As floats: slower, and as close to the reference as single precision is.
    case floats
}

/// The operations of the models' graphs, on a pool of threads.
///
/// One caller at a time: the scratch memory belongs to the current operation. Results do not depend on the number of
/// threads, because each is computed by one thread alone.
package final class Compute {
    package let pool: ThreadPool
    package let precision: ActivationPrecision
    /// The kernels that operations run on.
    package let kernels: any KernelSet.Type
    /// Where the time goes, if profiling was requested.
    package var profile = Profile.requested
    /// Told of every product before it is computed; nil costs one branch per product.
    package var observer: (any ProductObserver)?
    private var productOrder = ProductOrder()

    // Work memory. Contexts reserve what their passes need, so that operations allocate nothing.
    var scratch = WorkBuffer()  // [threads, stride]
    var quantized = QuantizedBuffer()
    var states = WorkBuffer()
    var rotatedQueries = WorkBuffer()
    var stores: [SegmentStore] = []
    var attentions: [SegmentAttention] = []

    package init(
        threadCount: Int = ThreadPool.defaultThreadCount, precision: ActivationPrecision = .bytes,
        kernels: any KernelSet.Type = Kernels.current
    ) {
        pool = ThreadPool(threadCount: threadCount)
        self.precision = precision
        self.kernels = kernels
    }

    /// Runs `body`, whose operations follow each other closely. The threads stay awake meanwhile.
    package func pass<Result>(_ body: () throws -> Result) rethrows -> Result { try pool.keepAwake(during: body) }

    /// `count` floats of scratch memory for every thread.
    func scratch(count: Int) -> ThreadScratch {
        let stride = ThreadScratch.stride(count)
        return ThreadScratch(base: scratch.floats(stride * pool.threadCount).base, stride: stride)
    }

    /// The product expected after the one with `weights`, which begins now.
    func following(_ weights: Matrix, _ pieces: RowPieces) -> FollowingProduct? { productOrder.begin(weights, pieces) }
}

/// Scratch memory of every thread. A pointer and not the buffers themselves: threads that count references to the same
/// object wait for each other.
struct ThreadScratch {
    fileprivate let base: UnsafeMutablePointer<Float>
    fileprivate let stride: Int

    /// `count` rounded up to whole pairs of cache lines, which threads do not share.
    static func stride(_ count: Int) -> Int { (count + 63) & ~63 }

    @inline(__always)
    subscript(thread: Int) -> UnsafeMutablePointer<Float> { base + thread &* stride }
}
