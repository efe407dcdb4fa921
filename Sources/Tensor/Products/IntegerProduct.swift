/// A matrix product whose activations are bytes: `output[t, r] = sum over c of input[t, c] * weights[r, c]`.
package struct IntegerTask {
    let weights: UnsafeRawPointer  // [rows, groups * 32] in some integer format
    let rowBytes: Int
    let input: QuantizedRows
    let output: UnsafeMutablePointer<Float>  // [tokens, outputStride]
    let outputStride: Int

    @inline(__always)
    func row(_ index: Int) -> UnsafeRawPointer { weights + index &* rowBytes }
}

package enum IntegerProduct {
    #if AVX512VNNI
        typealias Kernel = VNNIKernel
    #elseif AVXVNNI
        typealias Kernel = AVXVNNIKernel
    #elseif AVX2
        typealias Kernel = AVX2Kernel
    #elseif arch(x86_64)
        typealias Kernel = SSE2Kernel
    #else
        typealias Kernel = PortableKernel
    #endif

    /// Rows of activations whose sums stay in the first-level cache (16 KB), while each weight is unpacked once for them all.
    static let tileRows = 256
    static let largestPanel = 16
    static let scratchCount = tileRows * largestPanel

    /// All kernels that were compiled; products use the last one.
    package static let kernels: [any IntegerKernel.Type] = {
        var kernels: [any IntegerKernel.Type] = [PortableKernel.self]
        #if arch(x86_64)
            kernels.append(SSE2Kernel.self)
        #endif
        #if AVX2
            kernels.append(AVX2Kernel.self)
        #endif
        #if AVXVNNI
            kernels.append(AVXVNNIKernel.self)
        #endif
        #if AVX512VNNI
            kernels.append(VNNIKernel.self)
        #endif
        return kernels
    }()

    /// The whole product on this thread, with a kernel of the caller's choice.
    package static func multiply(
        _ input: QuantizedRows, by weights: Matrix, into output: Rows, with kernel: any IntegerKernel.Type
    ) {
        guard let format = weights.integerFormat else { return }
        let scratch = FloatBuffer(constantCount: scratchCount)
        let task = IntegerTask(
            weights: weights.base, rowBytes: weights.rowBytes, input: input, output: output.base,
            outputStride: output.width)
        func multiply<Format: IntegerFormat, Kernel: IntegerKernel>(_: Format.Type, _ kernel: Kernel.Type) {
            Format.multiply(
                task, 0..<weights.rows, next: task.row(weights.rows), scratch.base, with: kernel)
        }
        multiply(format, kernel)
        withExtendedLifetime((weights, scratch)) {}
    }
}

extension IntegerFormat {
    package static func multiply(
        _ task: IntegerTask, weightRows: Range<Int>, next: UnsafeRawPointer, scratch: UnsafeMutablePointer<Float>
    ) {
        multiply(task, weightRows, next: next, scratch, with: IntegerProduct.Kernel.self)
    }

    /// Panel by panel. While one is multiplied the next is fetched: its rows follow in memory, so that memory is read from
    /// beginning to end, and a panel ahead of the arithmetic.
    @inline(__always)
    static func multiply<Kernel: IntegerKernel>(
        _ task: IntegerTask, _ range: Range<Int>, next: UnsafeRawPointer, _ scratch: UnsafeMutablePointer<Float>,
        with kernel: Kernel.Type
    ) {
        let count = Kernel.panelRows
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: count) { rows in
            guard let rows = rows.baseAddress else { return }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: count) {
                // The last row stands in for those that are missing.
                for index in 0..<count {
                    rows[index] = task.row(min(first &+ index, range.upperBound &- 1))
                }
                let next = first &+ count < range.upperBound ? task.row(first &+ count) : next
                multiply(task, rows, next: next, scratch, with: kernel, outputRow: first, range.upperBound)
            }
        }
    }

    package static func multiply(
        _ task: IntegerTask, selected: UnsafeBufferPointer<Int32>, into output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        multiply(task, selected, output, scratch, with: IntegerProduct.Kernel.self)
    }

    @inline(__always)
    private static func multiply<Kernel: IntegerKernel>(
        _ task: IntegerTask, _ selected: UnsafeBufferPointer<Int32>, _ output: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutablePointer<Float>, with kernel: Kernel.Type
    ) {
        let count = Kernel.panelRows
        // The rows that follow lie anywhere. What is fetched ahead are the activations and what lies behind them, most of it in
        // some cache, so that memory brings nothing in vain.
        let near = UnsafeRawPointer(task.input.codes)
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: count) { rows in
            guard let rows = rows.baseAddress else { return }
            for first in stride(from: 0, to: selected.count, by: count) {
                for index in 0..<count {
                    rows[index] = task.row(Int(selected[min(first &+ index, selected.count &- 1)]))
                }
                scratch.update(repeating: 0, count: count)
                Kernel.multiply(
                    Self.self, rows: rows, next: near, by: task.input, inputs: 0..<1, addingTo: scratch)
                (output + first).update(from: scratch, count: min(count, selected.count &- first))
            }
        }
    }

    /// One panel by all tokens, tile by tile, into output columns `outputRow ..< end` at most.
    @inline(__always)
    private static func multiply<Kernel: IntegerKernel>(
        _ task: IntegerTask, _ rows: UnsafePointer<UnsafeRawPointer>, next: UnsafeRawPointer,
        _ sums: UnsafeMutablePointer<Float>, with kernel: Kernel.Type, outputRow: Int, _ end: Int
    ) {
        let count = min(Kernel.panelRows, end &- outputRow)
        let rowsPerToken = task.input.resolution.rawValue
        for start in stride(from: 0, to: task.input.count, by: IntegerProduct.tileRows) {
            let inputs = start..<min(start &+ IntegerProduct.tileRows, task.input.count)
            sums.update(repeating: 0, count: inputs.count &* Kernel.panelRows)
            Kernel.multiply(Self.self, rows: rows, next: next, by: task.input, inputs: inputs, addingTo: sums)
            for row in stride(from: 0, to: inputs.count, by: rowsPerToken) {
                let token = (start &+ row) / rowsPerToken
                let output = task.output + (token &* task.outputStride &+ outputRow)
                let sum = sums + row &* Kernel.panelRows
                if task.input.resolution == .double {
                    for index in 0..<count { output[index] = sum[index] + sum[Kernel.panelRows &+ index] }
                } else {
                    output.update(from: sum, count: count)
                }
            }
        }
    }
}
