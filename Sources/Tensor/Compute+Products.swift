internal import Platform
package import TensorBase

extension Compute {
    /// `output[t, r] = input[t] · weights[r]`: input `[tokens, columns]`, output `[tokens, rows]`.
    /// - Parameter resolution: of activations in bytes, for quantized weights.
    package func multiply(
        _ input: Rows, by weights: Matrix, into output: Rows, resolution: ByteResolution = .single
    ) {
        multiplyUnscaled(input, by: weights, into: output, resolution)
        if weights.scale != 1 { scale(output, by: weights.scale) }
    }

    private func multiplyUnscaled(
        _ input: Rows, by weights: Matrix, into output: Rows, _ resolution: ByteResolution
    ) {
        precondition(input.width == weights.columns && output.width == weights.rows && output.count == input.count)
        guard input.count > 0 else { return }
        observer?.willMultiply(input, by: weights)
        countProduct(weights, rows: weights.rows, tokens: input.count)
        if let form = activationForm(weights) {
            let pieces = RowPieces(of: weights, threads: pool.threadCount)
            let job = IntegerJob(
                kernels: kernels,
                task: weights.task(quantize(input, for: form, resolution), into: output.base, stride: output.width),
                pieces: pieces, following: following(weights, pieces),
                scratch: scratch(count: ProductSizes.integerScratchCount))
            return pool.run(job, count: pieces.count)
        }
        let task = ProductTask(
            format: weights.type.id, weights: weights.base, rowBytes: weights.rowBytes, columns: weights.columns,
            input: input.base,
            tokens: input.count, output: output.base, outputStride: output.width)
        let usesBLAS = usesBLAS(weights.type, tokens: input.count)
        let pieces = RowPieces(
            floatsOf: weights, tokens: input.count, threads: pool.threadCount, usesBLAS: usesBLAS)
        let job = FloatJob(
            kernels: kernels, task: task, usesBLAS: usesBLAS, pieces: pieces,
            scratch: scratch(count: kernels.scratchCount(columns: weights.columns)))
        pool.run(job, count: pieces.count)
    }

    /// `gated = gelu(input · gate) * (input · up)`, GELU's tanh approximation.
    /// - Parameters:
    ///   - gated: `[tokens, rows]`.
    ///   - scratch: the same.
    package func multiplyGated(_ input: Rows, gate: Matrix, up: Matrix, into gated: Rows, scratch other: Rows) {
        guard let form = activationForm(gate), form == activationForm(up) else {
            multiply(input, by: gate, into: gated)
            multiply(input, by: up, into: other)
            return gelu(gated, times: other)
        }
        precondition(gated.width == gate.rows && other.width == up.rows && gate.rows == up.rows)
        guard input.count > 0 else { return }
        observer?.willMultiply(input, by: gate)
        observer?.willMultiply(input, by: up)
        countProduct(gate, rows: gate.rows, tokens: input.count)
        countProduct(up, rows: up.rows, tokens: input.count)
        let bytes = quantize(input, for: form)
        let pieces = RowPieces(of: gate, threads: pool.threadCount)
        let job = GatedJob(
            kernels: kernels, gate: gate.task(bytes, into: gated.base, stride: gated.width),
            up: up.task(bytes, into: other.base, stride: other.width), gateScale: gate.scale, upScale: up.scale,
            pieces: pieces,
            following: following(gate, pieces), scratch: scratch(count: ProductSizes.integerScratchCount))
        pool.run(job, count: pieces.count)
    }

    /// `output[i] = x · weights[rows[i]]` for some rows of a table only; `x` is one row.
    package func multiply(
        _ x: Rows, byRows rows: UnsafeBufferPointer<Int32>, of weights: Matrix,
        into output: UnsafeMutablePointer<Float>
    ) {
        guard !rows.isEmpty else { return }
        defer { if weights.scale != 1 { kernels.scale(output, by: weights.scale, count: rows.count) } }
        observer?.willMultiply(x, by: weights)
        countProduct(weights, rows: rows.count, tokens: 1)
        let pieceRows = 64
        let count = (rows.count + pieceRows - 1) / pieceRows
        if let form = activationForm(weights) {
            let job = SelectedBytesJob(
                kernels: kernels, task: weights.task(quantize(x, for: form), into: output, stride: 0), rows: rows,
                pieceRows: pieceRows, scratch: scratch(count: ProductSizes.integerScratchCount))
            return pool.run(job, count: count)
        }
        let job = SelectedRowsJob(
            kernels: kernels, x: x.base, rows: rows, weights: weights.base, rowBytes: weights.rowBytes,
            columns: weights.columns,
            format: weights.type.id, pieceRows: pieceRows, output: output)
        pool.run(job, count: count)
    }

    /// How activations for `weights` become bytes; nil if they stay floats.
    private func activationForm(_ weights: Matrix) -> ActivationForm? {
        precision == .bytes ? weights.activations : nil
    }
}

extension Matrix {
    fileprivate func task(
        _ input: QuantizedRows, into output: UnsafeMutablePointer<Float>, stride: Int
    ) -> IntegerTask {
        IntegerTask(
            format: type.id, weights: base, rowBytes: rowBytes, input: input, output: output, outputStride: stride)
    }
}

private struct IntegerJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: IntegerTask
    let pieces: RowPieces
    let following: FollowingProduct?
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let rows = pieces.range(index)
        let next = following?.start(after: index, of: pieces, thread) ?? task.row(rows.upperBound)
        kernels.multiply(task, rows: rows, next: next, scratch: scratch[thread])
    }
}

private struct GatedJob: ParallelJob {
    let kernels: any KernelSet.Type
    let gate: IntegerTask
    let up: IntegerTask
    let gateScale: Float
    let upScale: Float
    let pieces: RowPieces
    let following: FollowingProduct?
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let rows = pieces.range(index)
        kernels.multiply(gate, rows: rows, next: gate.row(rows.upperBound), scratch: scratch[thread])
        let next = following?.start(after: index, of: pieces, thread) ?? up.row(rows.upperBound)
        kernels.multiply(up, rows: rows, next: next, scratch: scratch[thread])
        for token in 0..<gate.input.tokens {
            let gated = gate.output + (token &* gate.outputStride &+ rows.lowerBound)
            let other = up.output + (token &* up.outputStride &+ rows.lowerBound)
            if gateScale != 1 { kernels.scale(gated, by: gateScale, count: rows.count) }
            if upScale != 1 { kernels.scale(other, by: upScale, count: rows.count) }
            kernels.gelu(gated, times: other, count: rows.count)
        }
    }
}

private struct SelectedBytesJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: IntegerTask
    let rows: UnsafeBufferPointer<Int32>
    let pieceRows: Int
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        let range = index * pieceRows..<min((index + 1) * pieceRows, rows.count)
        kernels.multiply(
            task, selected: UnsafeBufferPointer(rebasing: rows[range]), into: task.output + range.lowerBound,
            scratch: scratch[thread])
    }
}

private struct FloatJob: ParallelJob {
    let kernels: any KernelSet.Type
    let task: ProductTask
    let usesBLAS: Bool
    let pieces: RowPieces
    let scratch: ThreadScratch

    func run(_ index: Int, thread: Int) {
        if usesBLAS {
            BLASProduct(task: task, kernels: kernels).multiply(pieces.range(index), scratch: scratch[thread])
        } else {
            kernels.multiply(task, rows: pieces.range(index), scratch: scratch[thread])
        }
    }
}

private struct SelectedRowsJob: ParallelJob {
    let kernels: any KernelSet.Type
    let x: UnsafePointer<Float>
    let rows: UnsafeBufferPointer<Int32>
    let weights: UnsafeRawPointer
    let rowBytes: Int
    let columns: Int
    let format: FormatID
    let pieceRows: Int
    let output: UnsafeMutablePointer<Float>

    func run(_ index: Int, thread: Int) {
        for at in index * pieceRows..<min((index + 1) * pieceRows, rows.count) {
            output[at] = kernels.dot(weights + Int(rows[at]) * rowBytes, format, x, count: columns)
        }
    }
}

// MARK: - Activations as bytes

extension Compute {
    /// `input` as bytes for products with weights that require `form`; valid until the next call.
    package func quantize(
        _ input: Rows, for form: ActivationForm, _ resolution: ByteResolution = .single
    ) -> QuantizedRows {
        let rows = quantized.rows(input.count, columns: input.width, resolution, for: form)
        forEachRow(of: input, Quantization(kernels: kernels, input: input, output: rows))
        return rows
    }
}

private struct Quantization: RowOperation {
    let kernels: any KernelSet.Type
    let input: Rows
    let output: QuantizedRows

    func apply(_ row: Int) { kernels.quantize(input[row], token: row, into: output) }
}
