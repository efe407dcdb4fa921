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
        if task.input.count == 1 {
            if Format.codeBytes == 0 {
                Format.multiplySingle(task, rows, next: next, scratch, with: Machine.Kernel.self)
            } else if Format.isMultipliedInPairs, task.hasLongRows(Machine.SingleKernel.panelRows),
                task.input.groups & 1 == 0
            {
                Format.multiplySingle(task, rows, next: next, scratch, with: Machine.LongRowKernel.self)
            } else {
                Format.multiplySingle(task, rows, next: next, scratch, with: Machine.SingleKernel.self)
            }
        } else {
            Format.multiply(task, rows, next: next, scratch, with: Machine.Kernel.self)
        }
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
        if Format.codeBytes > 0 {
            Format.multiply(task, rows, output, scratch, with: Machine.SingleKernel.self)
        } else {
            Format.multiply(task, rows, output, scratch, with: Machine.Kernel.self)
        }
    }
}

extension IntegerTask {
    /// Whether two panels of so many rows are more than the first-level cache holds.
    fileprivate func hasLongRows(_ panelRows: Int) -> Bool { panelRows &* rowBytes > 20_000 }
}

extension IntegerFormat {
    fileprivate static var isMultipliedInPairs: Bool { type.blockSize == Group.count && codeBytes == Group.count }

    /// Panel by panel. While one is multiplied the next is prefetched. Its rows follow in memory, so memory is read
    /// from beginning to end, one panel ahead of the arithmetic.
    @inline(__always)
    static func multiply<Kernel: IntegerKernel>(
        _ task: IntegerTask, _ range: Range<Int>, next: UnsafeRawPointer, _ sums: UnsafeMutablePointer<Float>,
        with kernel: Kernel.Type
    ) {
        let rowsPerToken = task.input.resolution.rawValue
        forEachPanel(of: Kernel.panelRows, task, range, next) { rows, next, first, count in
            for start in stride(from: 0, to: task.input.count, by: ProductSizes.tileRows) {
                let inputs = start..<min(start &+ ProductSizes.tileRows, task.input.count)
                sums.update(repeating: 0, count: inputs.count &* Kernel.panelRows)
                Kernel.multiply(Self.self, rows: rows, next: next, by: task.input, inputs: inputs, addingTo: sums)
                for row in stride(from: 0, to: inputs.count, by: rowsPerToken) {
                    let token = (start &+ row) / rowsPerToken
                    let output = task.output + (token &* task.outputStride &+ first)
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

    /// The same by one row of activations.
    @inline(__always)
    static func multiplySingle<Kernel: OneRowKernel>(
        _ task: IntegerTask, _ range: Range<Int>, next: UnsafeRawPointer, _ sums: UnsafeMutablePointer<Float>,
        with kernel: Kernel.Type
    ) {
        // Rows of the next panel are needed from its first group on, the last of them as soon as the first; so they are
        // fetched earlier by a few kilobytes, if the first-level cache has room for those as well.
        let lead = task.hasLongRows(Kernel.panelRows) ? 0 : 6144
        forEachPanel(of: Kernel.panelRows, task, range, next) { rows, next, first, count in
            Kernel.multiply(Self.self, rows: rows, next: next + lead, by: task.input, into: sums)
            (task.output + first).update(from: sums, count: count)
        }
    }

    /// Selected rows by one token.
    @inline(__always)
    static func multiply<Kernel: OneRowKernel>(
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
                Kernel.multiply(Self.self, rows: rows, next: near, by: task.input, into: scratch)
                (output + first).update(from: scratch, count: min(count, selected.count &- first))
            }
        }
    }

    /// - Parameters:
    ///   - next: what comes after the last panel.
    ///   - body: takes pointers to the rows, the address of the next panel, the number of the first row, and the
    ///     number of rows. The last row takes the place of missing ones.
    @inline(__always)
    private static func forEachPanel(
        of panelRows: Int, _ task: IntegerTask, _ range: Range<Int>, _ next: UnsafeRawPointer,
        _ body: (UnsafePointer<UnsafeRawPointer>, UnsafeRawPointer, Int, Int) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UnsafeRawPointer.self, capacity: panelRows) { rows in
            guard let rows = rows.baseAddress else { return }
            for first in stride(from: range.lowerBound, to: range.upperBound, by: panelRows) {
                for index in 0..<panelRows {
                    rows[index] = task.row(min(first &+ index, range.upperBound &- 1))
                }
                let next = first &+ panelRows < range.upperBound ? task.row(first &+ panelRows) : next
                body(rows, next, first, min(panelRows, range.upperBound &- first))
            }
        }
    }
}
