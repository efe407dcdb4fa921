/// The operations of the graphs, on a pool of threads.
///
/// One caller at a time: the scratch memory belongs to the operation under way. Results do not depend on the number of
/// threads, since each is computed by one thread alone.
package final class Compute {
    package let pool: ThreadPool
    private var scratch: [FloatBuffer]
    private var states = FloatBuffer(count: 0)

    package init(threadCount: Int = ThreadPool.physicalCoreCount) {
        pool = ThreadPool(threadCount: threadCount)
        scratch = (0..<pool.threadCount).map { _ in FloatBuffer(count: 0) }
    }

    /// Makes sure that every thread has `count` floats of scratch memory. Allocates only when it grows.
    func scratch(count: Int) -> [FloatBuffer] {
        if scratch[0].count < count { scratch = scratch.map { _ in FloatBuffer(count: count) } }
        return scratch
    }

    /// `count` floats that all threads share. Allocates only when it grows.
    func states(count: Int) -> FloatBuffer {
        if states.count < count { states = FloatBuffer(count: count) }
        return states
    }
}

// MARK: - Matrix product

extension Compute {
    /// `output[t, r] = input[t] · weights[r]`: input `[tokens, columns]`, output `[tokens, rows]`.
    package func multiply(_ input: Rows, by weights: Matrix, into output: Rows) {
        precondition(input.width == weights.columns && output.width == weights.rows && output.count == input.count)
        multiply(input, by: weights, into: output.base, stride: output.width)
    }

    /// The same into rows that lie `stride` floats apart: some columns of a wider output.
    package func multiply(
        _ input: Rows, by weights: Matrix, into output: UnsafeMutablePointer<Float>, stride: Int
    ) {
        guard input.count > 0 else { return }
        let task = ProductTask(
            weights: weights.base, rowBytes: weights.rowBytes, columns: weights.columns, input: input.base,
            tokens: input.count, output: output, outputStride: stride)
        let buffers = scratch(count: ProductTuning.panelRows * weights.columns)
        let pieceRows = pieceRows(of: weights, tokens: input.count)
        let job = ProductJob(
            task: task, format: weights.format, rows: weights.rows, pieceRows: pieceRows, scratch: buffers)
        pool.run(job, count: (weights.rows + pieceRows - 1) / pieceRows)
    }

    /// Weight rows that a thread takes at a time.
    private func pieceRows(of weights: Matrix, tokens: Int) -> Int {
        // Small products cost less than waking a thread: some microseconds, in which a core reads 32 KB.
        if weights.rows * weights.rowBytes * tokens < 65_536 { return weights.rows }
        // BLAS rounds differently for panels of another size: they must not depend on the number of threads.
        if ProductTuning.usesBLAS(weights.format.type, tokens: tokens) { return ProductTuning.panelRows }
        return min(64, max(4, weights.rows / (pool.threadCount * 4) & ~3))
    }
}

extension Compute {
    /// `output[i] = x · weights[rows[i]]` for some rows of a table only.
    package func multiply(
        _ x: UnsafePointer<Float>, byRows rows: UnsafeBufferPointer<Int32>, of weights: Matrix,
        into output: UnsafeMutablePointer<Float>
    ) {
        let pieceRows = 64
        let job = SelectedRowsJob(
            x: x, rows: rows, weights: weights.base, rowBytes: weights.rowBytes, columns: weights.columns,
            format: weights.format, pieceRows: pieceRows, output: output)
        pool.run(job, count: (rows.count + pieceRows - 1) / pieceRows)
    }
}

private struct SelectedRowsJob: ParallelJob {
    let x: UnsafePointer<Float>
    let rows: UnsafeBufferPointer<Int32>
    let weights: UnsafeRawPointer
    let rowBytes: Int
    let columns: Int
    let format: any BlockFormat.Type
    let pieceRows: Int
    let output: UnsafeMutablePointer<Float>

    func run(_ index: Int, thread: Int) {
        for at in index * pieceRows..<min((index + 1) * pieceRows, rows.count) {
            output[at] = format.dot(weights + Int(rows[at]) * rowBytes, x, count: columns)
        }
    }
}

private struct ProductJob: ParallelJob {
    let task: ProductTask
    let format: any BlockFormat.Type
    let rows: Int
    let pieceRows: Int
    let scratch: [FloatBuffer]

    func run(_ index: Int, thread: Int) {
        let first = index * pieceRows
        format.multiply(task, weightRows: first..<min(first + pieceRows, rows), scratch: scratch[thread].base)
    }
}

// MARK: - Elementwise operations

extension Compute {
    /// `output[t] = scale * table[ids[t]]`.
    package func gather(_ ids: ArraySlice<Int32>, of table: Matrix, scale: Float, into output: Rows) {
        for (index, id) in ids.enumerated() {
            gather(id, of: table, scale: scale, into: output[index..<index + 1])
        }
    }

    /// `output = scale * table[id]`, one row.
    package func gather(_ id: Int32, of table: Matrix, scale: Float, into output: Rows) {
        table.decode(row: Int(id), into: output.base)
        self.scale(output, by: scale)
    }

    /// RMSNorm (https://arxiv.org/abs/1910.07467): `x / sqrt(mean(x²) + epsilon) * weight`, row by row.
    /// - Parameter weight: as wide as a row; nil for none.
    package func norm(_ input: Rows, weight: FloatBuffer?, epsilon: Float, into output: Rows) {
        for row in 0..<input.count { normalize(input[row], input.width, weight, epsilon, into: output[row]) }
    }

    /// `x += norm(update)`: a residual branch whose result is normalised first.
    package func addNormed(_ update: Rows, weight: FloatBuffer, epsilon: Float, to x: Rows) {
        norm(update, weight: weight, epsilon: epsilon, into: update)
        add(update, to: x)
    }

    package func add(_ update: Rows, to x: Rows) {
        forEachVector(x.elementCount, x.base) { vector, index in
            vector + loadVector(update.base, index, count: x.elementCount)
        }
    }

    package func scale(_ x: Rows, by factor: Float) {
        forEachVector(x.elementCount, x.base) { vector, _ in vector * factor }
    }

    /// `gate = gelu(gate) * up`, tanh approximation.
    package func gelu(_ gate: Rows, times up: Rows) {
        for row in 0..<gate.count { gelu(gate[row], times: up[row], count: gate.width) }
    }

    package func gelu(_ gate: UnsafeMutablePointer<Float>, times up: UnsafePointer<Float>, count: Int) {
        forEachVector(count, gate) { vector, index in Tensor.gelu(vector) * loadVector(up, index, count: count) }
    }

    /// `x = cap * tanh(x / cap)`.
    package func softCap(_ x: Rows, cap: Float) {
        forEachVector(x.elementCount, x.base) { vector, _ in hyperbolicTangent(vector / cap) * cap }
    }

    /// Softmax of each row.
    package func softmax(_ x: Rows) {
        for row in 0..<x.count { Tensor.softmax(x[row], count: x.width) }
    }

    /// `x *= weight`, the same weight for each row.
    package func multiply(_ x: Rows, byVector weight: FloatBuffer) {
        for row in 0..<x.count {
            forEachVector(x.width, x[row]) { vector, index in
                vector * loadVector(weight.base, index, count: x.width)
            }
        }
    }

    private func normalize(
        _ x: UnsafeMutablePointer<Float>, _ count: Int, _ weight: FloatBuffer?, _ epsilon: Float,
        into output: UnsafeMutablePointer<Float>
    ) {
        let factor = 1 / (dot(x, x, count: count) / Float(count) + epsilon).squareRoot()
        if output != x { output.update(from: x, count: count) }
        if let weight {
            forEachVector(count, output) { vector, index in
                vector * factor * loadVector(weight.base, index, count: count)
            }
        } else {
            forEachVector(count, output) { vector, _ in vector * factor }
        }
    }
}
