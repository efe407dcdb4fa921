extension Compute {
    /// `output[t, r] = input[t] · weights[r]`: input `[tokens, columns]`, output `[tokens, rows]`.
    /// - Parameter resolution: of the activations, where quantized weights take them as bytes.
    package func multiply(
        _ input: Rows, by weights: Matrix, into output: Rows, resolution: ByteResolution = .single
    ) {
        precondition(input.width == weights.columns && output.width == weights.rows && output.count == input.count)
        guard input.count > 0 else { return }
        countProduct(weights, rows: weights.rows, tokens: input.count)
        if let format = integerFormat(weights) {
            let pieces = RowPieces(of: weights, threads: pool.threadCount)
            let job = IntegerJob(
                task: weights.task(quantize(input, for: format, resolution), into: output.base, stride: output.width),
                format: format, pieces: pieces, following: following(weights, pieces),
                scratch: scratch(count: IntegerProduct.scratchCount))
            return pool.run(job, count: pieces.count)
        }
        let task = ProductTask(
            weights: weights.base, rowBytes: weights.rowBytes, columns: weights.columns, input: input.base,
            tokens: input.count, output: output.base, outputStride: output.width)
        let pieces = RowPieces(floatsOf: weights, tokens: input.count, threads: pool.threadCount)
        let job = FloatJob(
            task: task, format: weights.format, pieces: pieces,
            scratch: scratch(count: ProductTuning.scratchCount(columns: weights.columns)))
        pool.run(job, count: pieces.count)
    }

    /// `gated = gelu(input · gate) * (input · up)`, GELU's tanh approximation.
    /// - Parameters:
    ///   - gated: `[tokens, rows]`.
    ///   - scratch: the same.
    package func multiplyGated(_ input: Rows, gate: Matrix, up: Matrix, into gated: Rows, scratch other: Rows) {
        guard let gateFormat = integerFormat(gate), let upFormat = integerFormat(up),
            gateFormat.activationForm == upFormat.activationForm
        else {
            multiply(input, by: gate, into: gated)
            multiply(input, by: up, into: other)
            return gelu(gated, times: other)
        }
        precondition(gated.width == gate.rows && other.width == up.rows && gate.rows == up.rows)
        guard input.count > 0 else { return }
        countProduct(gate, rows: gate.rows, tokens: input.count)
        countProduct(up, rows: up.rows, tokens: input.count)
        let bytes = quantize(input, for: gateFormat)
        let pieces = RowPieces(of: gate, threads: pool.threadCount)
        let job = GatedJob(
            gate: gate.task(bytes, into: gated.base, stride: gated.width), gateFormat: gateFormat,
            up: up.task(bytes, into: other.base, stride: other.width), upFormat: upFormat, pieces: pieces,
            following: following(gate, pieces),
            scratch: scratch(count: IntegerProduct.scratchCount))
        pool.run(job, count: pieces.count)
    }

    /// `output[i] = x · weights[rows[i]]` for some rows of a table only; `x` is one row.
    package func multiply(
        _ x: Rows, byRows rows: UnsafeBufferPointer<Int32>, of weights: Matrix,
        into output: UnsafeMutablePointer<Float>
    ) {
        guard !rows.isEmpty else { return }
        countProduct(weights, rows: rows.count, tokens: 1)
        let pieceRows = 64
        let count = (rows.count + pieceRows - 1) / pieceRows
        if let format = integerFormat(weights) {
            let job = SelectedBytesJob(
                task: weights.task(quantize(x, for: format), into: output, stride: 0), rows: rows, format: format,
                pieceRows: pieceRows,
                scratch: scratch(count: IntegerProduct.scratchCount))
            return pool.run(job, count: count)
        }
        let job = SelectedRowsJob(
            x: x.base, rows: rows, weights: weights.base, rowBytes: weights.rowBytes, columns: weights.columns,
            format: weights.format, pieceRows: pieceRows, output: output)
        pool.run(job, count: count)
    }

    private func integerFormat(_ weights: Matrix) -> (any IntegerFormat.Type)? {
        precision == .bytes ? weights.integerFormat : nil
    }
}

extension Matrix {
    fileprivate func task(
        _ input: QuantizedRows, into output: UnsafeMutablePointer<Float>, stride: Int
    ) -> IntegerTask {
        IntegerTask(weights: base, rowBytes: rowBytes, input: input, output: output, outputStride: stride)
    }
}

private struct IntegerJob: ParallelJob {
    let task: IntegerTask
    let format: any IntegerFormat.Type
    let pieces: RowPieces
    let following: FollowingProduct?
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let rows = pieces.range(index)
        let next = following?.start(behind: index, of: pieces, thread) ?? task.row(rows.upperBound)
        format.multiply(task, weightRows: rows, next: next, scratch: scratch[thread])
    }
}

private struct GatedJob: ParallelJob {
    let gate: IntegerTask
    let gateFormat: any IntegerFormat.Type
    let up: IntegerTask
    let upFormat: any IntegerFormat.Type
    let pieces: RowPieces
    let following: FollowingProduct?
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let rows = pieces.range(index)
        gateFormat.multiply(
            gate, weightRows: rows, next: gate.row(rows.upperBound), scratch: scratch[thread])
        let next = following?.start(behind: index, of: pieces, thread) ?? up.row(rows.upperBound)
        upFormat.multiply(up, weightRows: rows, next: next, scratch: scratch[thread])
        for token in 0..<gate.input.tokens {
            multiplyGELU(
                gate.output + (token &* gate.outputStride &+ rows.lowerBound),
                by: up.output + (token &* up.outputStride &+ rows.lowerBound), count: rows.count)
        }
    }
}

private struct SelectedBytesJob: ParallelJob {
    let task: IntegerTask
    let rows: UnsafeBufferPointer<Int32>
    let format: any IntegerFormat.Type
    let pieceRows: Int
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let range = index * pieceRows..<min((index + 1) * pieceRows, rows.count)
        format.multiply(
            task, selected: UnsafeBufferPointer(rebasing: rows[range]), into: task.output + range.lowerBound,
            scratch: scratch[thread])
    }
}

private struct FloatJob: ParallelJob {
    let task: ProductTask
    let format: any BlockFormat.Type
    let pieces: RowPieces
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        format.multiply(task, weightRows: pieces.range(index), scratch: scratch[thread])
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
