internal import TensorBase

// Products of weights in an integer format with activations in bytes.

/// Some weight rows by all tokens.
struct PanelProduct: IntegerFormatVisitor {
    let task: IntegerTask
    let rows: Range<Int>
    let next: UnsafeRawPointer
    let scratch: UnsafeMutablePointer<Float>

    @inline(never)
    func visit<Format: IntegerFormat>(_: Format.Type) {
        Format.multiply(task, rows, next: next, scratch, with: Machine.Kernel.self)
    }
}

/// Selected weight rows by one token.
struct SelectedProduct: IntegerFormatVisitor {
    let task: IntegerTask
    let rows: UnsafeBufferPointer<Int32>
    let output: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>

    @inline(never)
    func visit<Format: IntegerFormat>(_: Format.Type) {
        Format.multiply(task, rows, output, scratch, with: Machine.Kernel.self)
    }
}

extension IntegerFormat {
    /// Panel by panel. While one is multiplied the next is prefetched. Its rows follow in memory, so memory is read
    /// from beginning to end, one panel ahead of the arithmetic.
    @inline(__always)
    static func multiply<Kernel: IntegerKernel>(
        _ task: IntegerTask, _ range: Range<Int>, next: UnsafeRawPointer, _ scratch: UnsafeMutablePointer<Float>,
        with kernel: Kernel.Type
    ) {
        let count = Kernel.panelRows
        // Prefetches begin 6 KB into the next panel, because its first group needs all of its rows at once. Not if two
        // panels fill the first-level cache, nor if something other than the next rows follows.
        let lead = count &* task.rowBytes > 20_000 ? 0 : 6144
        let lastLead = next == task.row(range.upperBound) ? lead : 0
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: count) { rows in
            guard let rows = rows.baseAddress else { return }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: count) {
                // The last row takes the place of missing ones.
                for index in 0..<count {
                    rows[index] = task.row(min(first &+ index, range.upperBound &- 1))
                }
                let next = first &+ count < range.upperBound ? task.row(first &+ count) + lead : next + lastLead
                multiply(task, rows, next: next, scratch, with: kernel, outputRow: first, range.upperBound)
            }
        }
    }

    /// Selected rows by one token.
    @inline(__always)
    static func multiply<Kernel: IntegerKernel>(
        _ task: IntegerTask, _ selected: UnsafeBufferPointer<Int32>, _ output: UnsafeMutablePointer<Float>,
        _ scratch: UnsafeMutablePointer<Float>, with kernel: Kernel.Type
    ) {
        let count = Kernel.panelRows
        // Selected rows are scattered, so there is nothing useful to prefetch. `near` points at the activations, which
        // are cached already.
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
        for start in stride(from: 0, to: task.input.count, by: ProductSizes.tileRows) {
            let inputs = start..<min(start &+ ProductSizes.tileRows, task.input.count)
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
