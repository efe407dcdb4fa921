internal import GGUF
internal import TensorBase

// Products of weights in any format with float activations.

/// Some weight rows by all tokens.
struct FloatProduct: FormatVisitor {
    let task: ProductTask
    let rows: Range<Int>
    let scratch: UnsafeMutablePointer<Float>

    @inline(never)
    func visit<Format: BlockFormat>(_: Format.Type) { Format.multiplyBlocks(task, rows, scratch) }
}

/// One weight row by one token.
struct RowProduct: FormatVisitor {
    let row: UnsafeRawPointer
    let x: UnsafePointer<Float>
    let count: Int

    @inline(never)
    func visit<Format: BlockFormat>(_: Format.Type) -> Float { Format.dotRow(row, x, count: count) }
}

extension ProductTask {
    @inline(__always)
    func store(_ value: Float, token: Int, row: Int) { output[token &* outputStride &+ row] = value }

    /// The same product with weights that were decoded to `floats`, `firstRow` first.
    @inline(__always)
    func onFloats(_ floats: UnsafePointer<Float>, firstRow: Int) -> ProductTask {
        ProductTask(
            format: F32.type.id, weights: UnsafeRawPointer(floats), rowBytes: columns &* 4, columns: columns,
            input: input, tokens: tokens, output: output + firstRow, outputStride: outputStride)
    }
}

extension BlockFormat {
    /// One weight row by one token.
    @inline(__always)
    static func dotRow(_ row: UnsafeRawPointer, _ x: UnsafePointer<Float>, count: Int) -> Float {
        var sum = Accumulator()
        let groups = count / Group.count
        if type.blockSize > Group.count {
            withUnsafeTemporaryAllocation(of: Float.self, capacity: type.blockSize) { values in
                guard let values = values.baseAddress else { return }
                for block in 0..<count / type.blockSize {
                    decode(block: row + block &* type.blockBytes, into: values)
                    for at in stride(from: 0, to: type.blockSize, by: Group.count) {
                        sum.add(Group(values + at), Group(x + (block &* type.blockSize &+ at)))
                    }
                }
            }
            return sum.total
        }
        for group in 0..<groups { sum.add(decode(row, group: group), Group(x + group &* Group.count)) }
        let start = groups &* Group.count
        if start < count {
            sum.add(decodeTail(row, from: start, count: count - start), Group(count: count - start) { x[start + $0] })
        }
        return sum.total
    }

    /// Multiplies panel by panel: a panel of weight rows stays in the second-level cache for all tokens.
    @inline(__always)
    static func multiplyBlocks(
        _ task: borrowing ProductTask, _ rows: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let decodes = ProductTuning.decodesFirst(type, tokens: task.tokens)
        let panelRows =
            decodes
            ? ProductTuning.decodedRows(columns: task.columns, tokens: task.tokens)
            : ProductTuning.panelRows(rowBytes: task.rowBytes, tokens: task.tokens)
        var first = rows.lowerBound
        while first < rows.upperBound {
            let panel = first..<first &+ min(panelRows, rows.upperBound &- first)
            if decodes {
                for row in panel {
                    decode(
                        row: task.weightRow(row), count: task.columns, into: scratch + (row &- first) &* task.columns)
                }
                F32.multiplyPanel(task.onFloats(scratch, firstRow: first), 0..<panel.count)
            } else {
                multiplyPanel(task, panel)
            }
            first = panel.upperBound
        }
    }

    /// Four rows at a time, not adjacent ones but one from each quarter of the panel, which gives four long sequential
    /// reads at once. A page's first access misses every cache, and no prefetcher reads past the end of a page, so a
    /// single stream gets a third of a core's bandwidth.
    @inline(__always)
    private static func multiplyPanel(_ task: borrowing ProductTask, _ rows: Range<Int>) {
        let quarter = rows.count / 4
        let blockTokens = ProductTuning.blockTokens(columns: task.columns, tokens: task.tokens)
        var token = 0
        while token < task.tokens {
            let tokens = token..<min(token &+ blockTokens, task.tokens)
            for row in rows.lowerBound..<rows.lowerBound &+ quarter {
                multiply(
                    FloatTile(
                        task, task.weightRow(row), rowBytes: quarter &* task.rowBytes, outputRow: row,
                        outputStep: quarter),
                    tokens)
            }
            for row in rows.lowerBound &+ 4 &* quarter..<rows.upperBound {
                for token in tokens {
                    let sum = dotRow(task.weightRow(row), task.inputRow(token), count: task.columns)
                    task.store(sum, token: token, row: row)
                }
            }
            token = tokens.upperBound
        }
    }

    /// Four weight rows by some tokens, as many at a time as there are registers for. With three tokens, 24 sums, two
    /// vectors of weights and six of input fill the 32 registers of AVX-512.
    @inline(__always)
    private static func multiply(_ tile: FloatTile, _ tokens: Range<Int>) {
        var token = tokens.lowerBound
        if Machine.hasWideRegisters {
            // Four are taken as two pairs, to avoid loading weights for a single token.
            while token &+ 3 <= tokens.upperBound, token &+ 4 != tokens.upperBound {
                multiply(tile, token, JoinedSums<Accumulator, JoinedSums<Accumulator, Accumulator>>.self)
                token &+= 3
            }
        }
        while token &+ 2 <= tokens.upperBound {
            multiply(tile, token, JoinedSums<Accumulator, Accumulator>.self)
            token &+= 2
        }
        if token < tokens.upperBound { multiply(tile, token, Accumulator.self) }
    }

    @inline(__always)
    private static func multiply<Sums: RowSums>(_ tile: FloatTile, _ token: Int, _: Sums.Type) {
        let (w0, w1, w2, w3) = (tile.row(0), tile.row(1), tile.row(2), tile.row(3))
        let x = tile.input + token &* tile.columns
        var a = Sums(), b = Sums(), c = Sums(), d = Sums()
        let groups = tile.columns / Group.count
        for group in 0..<groups {
            let input = Sums.inputs(x + group &* Group.count, stride: tile.columns, count: Group.count)
            a.add(decode(w0, group: group), input)
            b.add(decode(w1, group: group), input)
            c.add(decode(w2, group: group), input)
            d.add(decode(w3, group: group), input)
        }
        let start = groups &* Group.count
        if start < tile.columns {
            let count = tile.columns - start
            let input = Sums.inputs(x + start, stride: tile.columns, count: count)
            a.add(decodeTail(w0, from: start, count: count), input)
            b.add(decodeTail(w1, from: start, count: count), input)
            c.add(decodeTail(w2, from: start, count: count), input)
            d.add(decodeTail(w3, from: start, count: count), input)
        }
        Sums.store(a, b, c, d, to: tile, token)
    }
}
