/// Something that is done to each row of a batch on its own.
///
/// A struct of pointers rather than a closure, for the same reason as `ParallelJob`.
protocol RowOperation {
    func apply(_ row: Int)
}

extension Compute {
    /// Applies `operation` to each row of `rows`, on all threads where there is enough to do.
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
    /// `output[t] = scale * table[ids[t]]`.
    package func gather(_ ids: ArraySlice<Int32>, of table: Matrix, scale: Float, into output: Rows) {
        ids.withUnsafeBufferPointer { ids in
            forEachRow(of: output.prefix(ids.count), Gather(ids: ids, table: table, scale: scale, output: output))
        }
    }

    /// `output = scale * table[id]`, one row.
    package func gather(_ id: Int32, of table: Matrix, scale: Float, into output: Rows) {
        withUnsafePointer(to: id) { id in
            Gather(ids: UnsafeBufferPointer(start: id, count: 1), table: table, scale: scale, output: output).apply(0)
        }
    }

    /// RMSNorm (https://arxiv.org/abs/1910.07467): `x / sqrt(mean(x²) + epsilon) * weight`, row by row.
    /// - Parameter weight: as wide as a row; nil for none.
    package func norm(_ input: Rows, weight: FloatBuffer?, epsilon: Float, into output: Rows) {
        forEachRow(of: input, Norm(input: input, weight: weight?.base, epsilon: epsilon, output: output))
    }

    /// `x += norm(update)`: a residual branch whose result is normalised first.
    package func addNormed(_ update: Rows, weight: FloatBuffer, epsilon: Float, to x: Rows) {
        forEachRow(of: x, AddNormed(update: update, weight: weight.base, epsilon: epsilon, x: x))
    }

    package func add(_ update: Rows, to x: Rows) { add(update.base, stride: update.width, to: x) }

    /// The same with rows that lie `stride` floats apart.
    package func add(_ update: UnsafePointer<Float>, stride: Int, to x: Rows) {
        forEachRow(of: x, Add(update: update, stride: stride, x: x))
    }

    package func scale(_ x: Rows, by factor: Float) { forEachRow(of: x, Scale(x: x, factor: factor)) }

    /// `gate[t] = gelu(gate[t]) * up[t]`, tanh approximation.
    /// - Parameter stride: from one row of `up` to the next; nil for the width of `gate`.
    package func gelu(_ gate: Rows, times up: UnsafePointer<Float>, stride: Int) {
        forEachRow(of: gate, GELU(gate: gate, up: up, stride: stride))
    }

    package func gelu(_ gate: Rows, times up: Rows) { gelu(gate, times: up.base, stride: up.width) }

    /// `x = cap * tanh(x / cap)`.
    package func softCap(_ x: Rows, cap: Float) {
        // A row of logits alone is as long as the vocabulary: it is split too.
        let width = x.width.isMultiple(of: 4096) ? 4096 : x.width
        let pieces = x.split(width: width)
        forEachRow(of: pieces, SoftCap(x: pieces, cap: cap))
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
}

private struct Gather: RowOperation {
    let ids: UnsafeBufferPointer<Int32>
    let table: Matrix
    let scale: Float
    let output: Rows

    func apply(_ row: Int) {
        table.decode(row: Int(ids[row]), into: output[row])
        forEachVector(output.width, output[row]) { vector, _ in vector * scale }
    }
}

private struct Norm: RowOperation {
    let input: Rows
    let weight: UnsafePointer<Float>?
    let epsilon: Float
    let output: Rows

    func apply(_ row: Int) {
        let (x, y, width) = (input[row], output[row], input.width)
        let factor = inverseRootMeanSquare(x, count: width, epsilon: epsilon)
        if x != y { y.update(from: x, count: width) }
        if let weight {
            forEachVector(width, y) { vector, index in vector * factor * loadVector(weight, index, count: width) }
        } else {
            forEachVector(width, y) { vector, _ in vector * factor }
        }
    }
}

private struct AddNormed: RowOperation {
    let update: Rows
    let weight: UnsafePointer<Float>
    let epsilon: Float
    let x: Rows

    func apply(_ row: Int) {
        let (y, width) = (update[row], x.width)
        let factor = inverseRootMeanSquare(y, count: width, epsilon: epsilon)
        forEachVector(width, x[row]) { vector, index in
            vector + loadVector(y, index, count: width) * factor * loadVector(weight, index, count: width)
        }
    }
}

private struct Add: RowOperation {
    let update: UnsafePointer<Float>
    let stride: Int
    let x: Rows

    func apply(_ row: Int) {
        let update = update + row * stride
        forEachVector(x.width, x[row]) { vector, index in vector + loadVector(update, index, count: x.width) }
    }
}

private struct Scale: RowOperation {
    let x: Rows
    let factor: Float

    func apply(_ row: Int) { forEachVector(x.width, x[row]) { vector, _ in vector * factor } }
}

private struct GELU: RowOperation {
    let gate: Rows
    let up: UnsafePointer<Float>
    let stride: Int

    func apply(_ row: Int) { multiplyGELU(gate[row], by: up + row * stride, count: gate.width) }
}

private struct SoftCap: RowOperation {
    let x: Rows
    let cap: Float

    func apply(_ row: Int) { forEachVector(x.width, x[row]) { vector, _ in hyperbolicTangent(vector / cap) * cap } }
}

/// `gate = gelu(gate) * up`.
func multiplyGELU(_ gate: UnsafeMutablePointer<Float>, by up: UnsafePointer<Float>, count: Int) {
    forEachVector(count, gate) { vector, index in gelu(vector) * loadVector(up, index, count: count) }
}

private func inverseRootMeanSquare(_ x: UnsafePointer<Float>, count: Int, epsilon: Float) -> Float {
    1 / (dot(x, x, count: count) / Float(count) + epsilon).squareRoot()
}
