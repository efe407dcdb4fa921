internal import GGUF
internal import TensorBase

#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The only use of BLAS: a product of float matrices.
enum BLAS {
    /// Our own pool splits the work; BLAS threads on top would only compete with it for the cores.
    static let singleThreaded: Void = {
        #if !canImport(Accelerate)
            openblas_set_num_threads(1)
        #endif
    }()

    /// `output[t, r] = sum over c of input[t, c] * weights[r, c]` for the first `rows` rows.
    static func multiply(_ task: borrowing ProductTask, rows: Int) {
        _ = singleThreaded
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, numericCast(task.tokens), numericCast(rows),
            numericCast(task.columns), 1, task.input, numericCast(task.columns),
            task.weights.assumingMemoryBound(to: Float.self), numericCast(task.columns), 0, task.output,
            numericCast(task.outputStride))
    }
}

/// A product of float weights with many tokens on BLAS.
struct BLASProduct {
    let task: ProductTask
    let kernels: any KernelSet.Type

    /// - Parameter scratch: room for `ProductSizes.rowsForBLAS` rows of floats.
    func multiply(_ rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: ProductSizes.rowsForBLAS) {
            let count = min(ProductSizes.rowsForBLAS, rows.upperBound - first)
            if task.format == TensorType.f32.id {
                multiply(task.weightRow(first).assumingMemoryBound(to: Float.self), first, count)
            } else {
                for index in 0..<count {
                    kernels.decode(
                        task.weightRow(first + index), task.format, count: task.columns,
                        into: scratch + index * task.columns)
                }
                multiply(scratch, first, count)
            }
        }
    }

    private func multiply(_ weights: UnsafePointer<Float>, _ firstRow: Int, _ count: Int) {
        BLAS.multiply(
            ProductTask(
                format: TensorType.f32.id, weights: UnsafeRawPointer(weights), rowBytes: task.columns * 4,
                columns: task.columns, input: task.input, tokens: task.tokens, output: task.output + firstRow,
                outputStride: task.outputStride), rows: count)
    }
}

extension Compute {
    /// Up to this many tokens the kernels read memory as fast as BLAS, and a verification batch keeps the bits of
    /// single rows.
    private static let largestBatchWithoutBLAS = 8

    /// Whether a product with float activations goes to BLAS.
    func usesBLAS(_ type: TensorType, tokens: Int) -> Bool {
        kernels.prefersBLAS && type.blockSize == 1 && tokens > Self.largestBatchWithoutBLAS
    }
}
