internal import GGUF

/// One matrix product: `output[t, r] = sum over c of input[t, c] * weights[r, c]`.
package struct ProductTask {
    let weights: UnsafeRawPointer  // [rows, columns] in some block format
    let rowBytes: Int
    let columns: Int
    let input: UnsafePointer<Float>  // [tokens, columns]
    let tokens: Int
    let output: UnsafeMutablePointer<Float>  // [tokens, outputStride]
    let outputStride: Int

    @inline(__always)
    func weightRow(_ row: Int) -> UnsafeRawPointer { weights + row &* rowBytes }

    @inline(__always)
    func inputRow(_ token: Int) -> UnsafePointer<Float> { input + token &* columns }

    @inline(__always)
    func store(_ value: Float, token: Int, row: Int) { output[token &* outputStride &+ row] = value }

    /// The same product on weights that lie elsewhere as floats, `rows` first.
    @inline(__always)
    func onFloats(_ floats: UnsafePointer<Float>, firstRow: Int) -> ProductTask {
        ProductTask(
            weights: UnsafeRawPointer(floats), rowBytes: columns &* 4, columns: columns, input: input, tokens: tokens,
            output: output + firstRow, outputStride: outputStride)
    }
}

/// A dot product under way: 16 lanes for the lower and 16 for the upper halves of the groups.
///
/// Every product is summed this way, group after group, then the tail, then the lanes, so that a row of activations gives
/// the same bits alone and in a batch, whatever the tile that computes it.
private struct Accumulator {
    private var low = SIMD16<Float>.zero
    private var high = SIMD16<Float>.zero

    @inline(__always)
    mutating func add(_ weights: Group, _ input: Group) {
        low = multiplyAdd(low, weights.low, input.low)
        high = multiplyAdd(high, weights.high, input.high)
    }

    var total: Float {
        @inline(__always) get { (low + high).sum() }
    }
}

extension BlockFormat {
    /// One weight row by one token.
    @inline(__always)
    static func dotRow(_ row: UnsafeRawPointer, _ x: UnsafePointer<Float>, count: Int) -> Float {
        var sum = Accumulator()
        let groups = count / Group.count
        for group in 0..<groups { sum.add(decode(row, group: group), Group(x + group &* Group.count)) }
        let start = groups &* Group.count
        if start < count {
            sum.add(decodeTail(row, from: start, count: count - start), Group(count: count - start) { x[start + $0] })
        }
        return sum.total
    }

    /// Rows of quantized weights.
    ///
    /// Four rows at a time, and not neighbours but from the four quarters of the range: so four long sequential reads are
    /// under way at once. A page's first access misses every cache and no prefetcher looks across a page's end, so one
    /// stream alone gets a third of what a core can read.
    @inline(__always)
    static func multiplyBlocks(
        _ task: borrowing ProductTask, _ rows: Range<Int>, _ scratch: UnsafeMutablePointer<Float>
    ) {
        let quarter = rows.count / 4
        for row in rows.lowerBound..<rows.lowerBound &+ quarter {
            if task.tokens > ProductTuning.directTokens || type.blockSize > Group.count {
                // Many tokens, or large blocks: decode once, then work on floats.
                for stream in 0..<4 {
                    decode(
                        row: task.weightRow(row &+ stream &* quarter), count: task.columns,
                        into: scratch + stream &* task.columns)
                }
                let tile = Tile(
                    task, UnsafeRawPointer(scratch), rowBytes: task.columns &* 4, outputRow: row, outputStep: quarter)
                F32.multiply(tile)
            } else {
                multiply(
                    Tile(
                        task, task.weightRow(row), rowBytes: quarter &* task.rowBytes, outputRow: row,
                        outputStep: quarter))
            }
        }
        for row in rows.lowerBound &+ 4 &* quarter..<rows.upperBound {
            for token in 0..<task.tokens {
                let sum = dotRow(task.weightRow(row), task.inputRow(token), count: task.columns)
                task.store(sum, token: token, row: row)
            }
        }
    }

    /// Four weight rows by all tokens.
    @inline(__always)
    private static func multiply(_ tile: Tile) {
        var token = 0
        while token &+ 2 <= tile.tokens {
            multiplyTwo(tile, token: token)
            token &+= 2
        }
        if token < tile.tokens { multiplyOne(tile, token: token) }
    }

    @inline(__always)
    private static func multiplyOne(_ tile: Tile, token: Int) {
        let (w0, w1, w2, w3) = (tile.row(0), tile.row(1), tile.row(2), tile.row(3))
        let x = tile.input + token &* tile.columns
        var a = Accumulator(), b = Accumulator(), c = Accumulator(), d = Accumulator()
        let groups = tile.columns / Group.count
        for group in 0..<groups {
            let input = Group(x + group &* Group.count)
            a.add(decode(w0, group: group), input)
            b.add(decode(w1, group: group), input)
            c.add(decode(w2, group: group), input)
            d.add(decode(w3, group: group), input)
        }
        let start = groups &* Group.count
        if start < tile.columns {
            let count = tile.columns - start
            let input = Group(count: count) { x[start + $0] }
            a.add(decodeTail(w0, from: start, count: count), input)
            b.add(decodeTail(w1, from: start, count: count), input)
            c.add(decodeTail(w2, from: start, count: count), input)
            d.add(decodeTail(w3, from: start, count: count), input)
        }
        tile.store(a.total, b.total, c.total, d.total, token: token)
    }

    /// Sixteen sums, two weight vectors at a time and four of input: 22 of AVX-512's 32 registers.
    @inline(__always)
    private static func multiplyTwo(_ tile: Tile, token: Int) {
        let (w0, w1, w2, w3) = (tile.row(0), tile.row(1), tile.row(2), tile.row(3))
        let x = tile.input + token &* tile.columns
        let y = x + tile.columns
        var a = Pair(), b = Pair(), c = Pair(), d = Pair()
        let groups = tile.columns / Group.count
        for group in 0..<groups {
            let first = Group(x + group &* Group.count)
            let second = Group(y + group &* Group.count)
            a.add(decode(w0, group: group), first, second)
            b.add(decode(w1, group: group), first, second)
            c.add(decode(w2, group: group), first, second)
            d.add(decode(w3, group: group), first, second)
        }
        let start = groups &* Group.count
        if start < tile.columns {
            let count = tile.columns - start
            let first = Group(count: count) { x[start + $0] }
            let second = Group(count: count) { y[start + $0] }
            a.add(decodeTail(w0, from: start, count: count), first, second)
            b.add(decodeTail(w1, from: start, count: count), first, second)
            c.add(decodeTail(w2, from: start, count: count), first, second)
            d.add(decodeTail(w3, from: start, count: count), first, second)
        }
        tile.store(a.first.total, b.first.total, c.first.total, d.first.total, token: token)
        tile.store(a.second.total, b.second.total, c.second.total, d.second.total, token: token &+ 1)
    }
}

/// Four weight rows `rowBytes` apart, whose results go to output columns `outputStep` apart.
private struct Tile {
    let weights: UnsafeRawPointer
    let rowBytes: Int
    let columns: Int
    let input: UnsafePointer<Float>  // [tokens, columns]
    let tokens: Int
    let output: UnsafeMutablePointer<Float>
    let outputStep: Int
    let outputStride: Int

    @inline(__always)
    init(
        _ task: borrowing ProductTask, _ weights: UnsafeRawPointer, rowBytes: Int, outputRow: Int, outputStep: Int
    ) {
        self.weights = weights
        self.rowBytes = rowBytes
        self.outputStep = outputStep
        columns = task.columns
        input = task.input
        tokens = task.tokens
        output = task.output + outputRow
        outputStride = task.outputStride
    }

    @inline(__always)
    func row(_ index: Int) -> UnsafeRawPointer { weights + index &* rowBytes }

    @inline(__always)
    func store(_ a: Float, _ b: Float, _ c: Float, _ d: Float, token: Int) {
        let at = output + token &* outputStride
        at[0] = a
        at[outputStep] = b
        at[2 &* outputStep] = c
        at[3 &* outputStep] = d
    }
}

/// The sums of one weight row with two tokens.
private struct Pair {
    var first = Accumulator()
    var second = Accumulator()

    @inline(__always)
    mutating func add(_ weights: Group, _ x: Group, _ y: Group) {
        first.add(weights, x)
        second.add(weights, y)
    }
}

/// Sizes at which one way of multiplying beats another.
enum ProductTuning {
    /// Up to this many tokens blocks are decoded in registers, for each tile anew; above, once into scratch.
    static let directTokens = 8
    /// Weight rows that a thread hands to BLAS at a time, decoded to floats where they are halves.
    static let panelRows = 32

    /// Whether a product goes to BLAS: float weights and more than 8 tokens. Below, the plain kernel reads memory just as
    /// fast, and a verification batch keeps the bits of single rows.
    @inline(__always)
    static func usesBLAS(_ type: TensorType, tokens: Int) -> Bool { type.blockSize == 1 && tokens > 8 }
}
