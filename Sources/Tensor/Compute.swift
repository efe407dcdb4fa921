/// How activations enter the products with quantized weights.
package enum ActivationPrecision: Sendable {
    /// As signed bytes with one scale per 32 values, llama.cpp's way.
    case bytes
    /// As they are: slower, and as near to the reference as single precision is.
    case floats
}

/// The operations of the graphs, on a pool of threads.
///
/// One caller at a time: the scratch memory belongs to the operation under way. Results do not depend on the number of
/// threads, since each is computed by one thread alone.
package final class Compute {
    package let pool: ThreadPool
    package let precision: ActivationPrecision
    /// Where the time goes, if anybody asks.
    package var profile = Profile.requested
    private var scratch = FloatBuffer(count: 0)
    private let quantized = QuantizedBuffer()
    private var states = FloatBuffer(count: 0)
    private var productOrder = ProductOrder()
    private var rotatedQueries = FloatBuffer(count: 0)

    package init(threadCount: Int = ThreadPool.physicalCoreCount, precision: ActivationPrecision = .bytes) {
        pool = ThreadPool(threadCount: threadCount)
        self.precision = precision
    }

    /// Makes sure that every thread has `count` floats of scratch memory. Allocates only when it grows.
    func scratch(count: Int) -> ThreadScratch {
        let stride = (count + 63) & ~63  // whole pairs of cache lines, which threads do not share
        if scratch.count < stride * pool.threadCount { scratch = FloatBuffer(count: stride * pool.threadCount) }
        return ThreadScratch(base: scratch.base, stride: stride)
    }

    /// `count` floats that all threads share. Allocates only when it grows.
    func states(count: Int) -> FloatBuffer {
        if states.count < count { states = FloatBuffer(count: count) }
        return states
    }

    /// `count` floats for queries. Allocates only when it grows.
    func rotatedQueries(count: Int) -> FloatBuffer {
        if rotatedQueries.count < count { rotatedQueries = FloatBuffer(count: count) }
        return rotatedQueries
    }

    /// What follows the product with `weights`, which begins now, if the past is a guide.
    func following(_ weights: Matrix, _ pieces: RowPieces) -> FollowingProduct? { productOrder.begin(weights, pieces) }

    /// `input` as bytes for products with weights of `format`; valid until the next call.
    package func quantize(
        _ input: Rows, for format: any IntegerFormat.Type, _ resolution: ByteResolution = .single
    ) -> QuantizedRows {
        let rows = quantized.rows(input.count, columns: input.width, resolution, for: format.activationForm)
        forEachRow(of: input, Quantization(input: input, output: rows))
        return rows
    }
}

private struct Quantization: RowOperation {
    let input: Rows
    let output: QuantizedRows

    func apply(_ row: Int) { output.quantize(input[row], token: row) }
}

/// Scratch memory of every thread. A pointer and not the buffers themselves: threads that count references to the same
/// object wait for each other.
struct ThreadScratch {
    fileprivate let base: UnsafeMutablePointer<Float>
    fileprivate let stride: Int

    @inline(__always)
    subscript(thread: Int) -> UnsafeMutablePointer<Float> { base + thread &* stride }
}
