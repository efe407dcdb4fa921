internal import Platform
package import TensorBase

/// An operation on each row of a batch on its own.
///
/// A struct of pointers rather than a closure, for the same reason as `ParallelJob`.
protocol RowOperation {
    func apply(_ row: Int)
}

extension Compute {
    /// Applies `operation` to each row of `rows`, on all threads if there is enough work.
    func forEachRow<Operation: RowOperation>(of rows: Rows, _ operation: Operation) {
        guard rows.elementCount >= 32_768, rows.count > 1 else {
            for row in 0..<rows.count { operation.apply(row) }
            return
        }
        let pieceRows = max(1, 8192 / rows.width)
        pool.run(
            RowJob(operation: operation, pieceRows: pieceRows, count: rows.count),
            count: (rows.count + pieceRows - 1) / pieceRows)
    }
}

private struct RowJob<Operation: RowOperation>: ParallelJob {
    let operation: Operation
    let pieceRows: Int
    let count: Int

    func run(_ index: Int, thread: Int) {
        for row in index * pieceRows..<min((index + 1) * pieceRows, count) { operation.apply(row) }
    }
}

// MARK: - Operations

extension Compute {
    /// `output[t] = scale * table[ids[t]]`, and times the table's own scale.
    package func gather(_ ids: ArraySlice<Int32>, of table: Matrix, scale: Float, into output: Rows) {
        ids.withUnsafeBufferPointer { ids in
            forEachRow(
                of: output.prefix(ids.count),
                Gather(kernels: kernels, ids: ids, table: table, scale: scale, output: output))
        }
    }

    /// `output = scale * table[id]`, one row.
    package func gather(_ id: Int32, of table: Matrix, scale: Float, into output: Rows) {
        withUnsafePointer(to: id) { id in
            Gather(
                kernels: kernels, ids: UnsafeBufferPointer(start: id, count: 1), table: table, scale: scale,
                output: output
            ).apply(0)
        }
    }

    /// RMSNorm (https://arxiv.org/abs/1910.07467): `x / sqrt(mean(x²) + epsilon) * weight`, row by row.
    /// - Parameter weight: as wide as a row; nil for none.
    package func norm(_ input: Rows, weight: FloatBuffer?, epsilon: Float, into output: Rows) {
        forEachRow(
            of: input, Norm(kernels: kernels, input: input, weight: weight?.base, epsilon: epsilon, output: output))
    }

    /// `x += norm(update)`: a residual branch whose result is normalised first.
    package func addNormed(_ update: Rows, weight: FloatBuffer, epsilon: Float, to x: Rows) {
        forEachRow(of: x, AddNormed(kernels: kernels, update: update, weight: weight.base, epsilon: epsilon, x: x))
    }

    package func add(_ update: Rows, to x: Rows) { add(update.base, stride: update.width, to: x) }

    /// The same for rows `stride` floats apart.
    package func add(_ update: UnsafePointer<Float>, stride: Int, to x: Rows) {
        forEachRow(of: x, Add(kernels: kernels, update: update, stride: stride, x: x))
    }

    package func scale(_ x: Rows, by factor: Float) { forEachRow(of: x, Scale(kernels: kernels, x: x, factor: factor)) }

    /// `gate[t] = gelu(gate[t]) * up[t]`, tanh approximation.
    /// - Parameter stride: from one row of `up` to the next; nil for the width of `gate`.
    package func gelu(_ gate: Rows, times up: UnsafePointer<Float>, stride: Int) {
        forEachRow(of: gate, GELU(kernels: kernels, gate: gate, up: up, stride: stride))
    }

    package func gelu(_ gate: Rows, times up: Rows) { gelu(gate, times: up.base, stride: up.width) }

    /// `x = cap * tanh(x / cap)`.
    package func softCap(_ x: Rows, cap: Float) {
        // A single row of logits is as long as the vocabulary, so rows are split too.
        let width = x.width.isMultiple(of: 4096) ? 4096 : x.width
        let pieces = x.split(width: width)
        forEachRow(of: pieces, SoftCap(kernels: kernels, x: pieces, cap: cap))
    }

    /// Softmax of each row.
    package func softmax(_ x: Rows) {
        for row in 0..<x.count { kernels.softmax(x[row], count: x.width) }
    }

    /// `x *= weight`, the same weight for each row.
    package func multiply(_ x: Rows, byVector weight: FloatBuffer) {
        for row in 0..<x.count {
            kernels.multiply(x[row], by: weight.base, count: x.width)
        }
    }
}

private struct Gather: RowOperation {
    let kernels: any KernelSet.Type
    let ids: UnsafeBufferPointer<Int32>
    let table: Matrix
    let scale: Float
    let output: Rows

    func apply(_ row: Int) {
        table.decode(row: Int(ids[row]), into: output[row], kernels: kernels)
        kernels.scale(output[row], by: scale * table.scale, count: output.width)
    }
}

private struct Norm: RowOperation {
    let kernels: any KernelSet.Type
    let input: Rows
    let weight: UnsafePointer<Float>?
    let epsilon: Float
    let output: Rows

    func apply(_ row: Int) {
        kernels.norm(input[row], count: input.width, weight: weight, epsilon: epsilon, into: output[row])
    }
}

private struct AddNormed: RowOperation {
    let kernels: any KernelSet.Type
    let update: Rows
    let weight: UnsafePointer<Float>
    let epsilon: Float
    let x: Rows

    func apply(_ row: Int) {
        kernels.addNormed(update[row], weight: weight, epsilon: epsilon, to: x[row], count: x.width)
    }
}

private struct Add: RowOperation {
    let kernels: any KernelSet.Type
    let update: UnsafePointer<Float>
    let stride: Int
    let x: Rows

    func apply(_ row: Int) { kernels.add(update + row * stride, to: x[row], count: x.width) }
}

private struct Scale: RowOperation {
    let kernels: any KernelSet.Type
    let x: Rows
    let factor: Float

    func apply(_ row: Int) { kernels.scale(x[row], by: factor, count: x.width) }
}

private struct GELU: RowOperation {
    let kernels: any KernelSet.Type
    let gate: Rows
    let up: UnsafePointer<Float>
    let stride: Int

    func apply(_ row: Int) { kernels.gelu(gate[row], times: up + row * stride, count: gate.width) }
}

private struct SoftCap: RowOperation {
    let kernels: any KernelSet.Type
    let x: Rows
    let cap: Float

    func apply(_ row: Int) { kernels.softCap(x[row], cap: cap, count: x.width) }
}
