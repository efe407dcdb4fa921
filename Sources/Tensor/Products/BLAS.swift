#if canImport(Accelerate)
    import Accelerate
#else
    import COpenBLAS
#endif

/// The one BLAS call that is worth its place here: a product of float matrices.
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

extension BlockFormat {
    /// Rows of float weights: BLAS for many tokens, the kernel of the quantized formats for few.
    @inline(__always)
    static func multiplyFloats(
        _ task: borrowing ProductTask, _ rows: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
    ) {
        guard ProductTuning.usesBLAS(type, tokens: task.tokens) else { return multiplyBlocks(task, rows, scratch) }
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: ProductTuning.rowsForBLAS) {
            let count = min(ProductTuning.rowsForBLAS, rows.upperBound - first)
            if type == .f32 {
                let weights = task.weightRow(first).assumingMemoryBound(to: Float.self)
                BLAS.multiply(task.onFloats(weights, firstRow: first), rows: count)
            } else {
                for index in 0..<count {
                    decode(
                        row: task.weightRow(first + index), count: task.columns, into: scratch + index * task.columns)
                }
                BLAS.multiply(task.onFloats(scratch, firstRow: first), rows: count)
            }
        }
    }
}
