internal import TensorBase

#if AVX2
    import _Builtin_intrinsics.intel
#endif

/// A running dot product: 16 lanes for the lower and 16 for the upper halves of the groups.
///
/// Every product is summed this way, group after group, then the tail, then the lanes, so that a row of activations
/// gives the same bits alone and in a batch, whatever the tile that computes it.
typealias Accumulator = RunningSum<SIMD16<Float>>

/// Generic for the same reason as `VectorHalves`.
struct RunningSum<Vector: SIMD> where Vector.Scalar == Float {
    fileprivate var low = Vector.zero
    fileprivate var high = Vector.zero
}

extension Accumulator {
    @inline(__always)
    mutating func add(_ weights: Group, _ input: Group) {
        low = multiplyAdd(low, weights.low, input.low)
        high = multiplyAdd(high, weights.high, input.high)
    }

    var total: Float {
        @inline(__always) get {
            let four = four
            return (four[0] + four[1]) + (four[2] + four[3])
        }
    }

    /// The lanes, halved three times.
    var four: SIMD4<Float> {
        @inline(__always) get {
            let sixteen = low + high
            let eight = sixteen.lowHalf + sixteen.highHalf
            return eight.lowHalf + eight.highHalf
        }
    }
}

/// `total` of four sums.
@inline(__always)
func totals(_ a: Accumulator, _ b: Accumulator, _ c: Accumulator, _ d: Accumulator) -> SIMD4<Float> {
    #if AVX2
        // The optimiser splits the plain expression into single floats.
        _mm_hadd_ps(_mm_hadd_ps(a.four, b.four), _mm_hadd_ps(c.four, d.four))
    #else
        SIMD4(a.total, b.total, c.total, d.total)
    #endif
}

/// The sums of one weight row with one or more tokens.
protocol RowSums {
    /// A group of each token.
    associatedtype Inputs
    static var tokens: Int { get }
    init()
    /// The first `count` values of groups at `input` and, for further tokens, each `stride` floats on; then zeros.
    static func inputs(_ input: UnsafePointer<Float>, stride: Int, count: Int) -> Inputs
    mutating func add(_ weights: Group, _ inputs: Inputs)
    static func store(_ a: Self, _ b: Self, _ c: Self, _ d: Self, to tile: FloatTile, _ token: Int)
}

extension Accumulator: RowSums {
    static var tokens: Int { @inline(__always) get { 1 } }

    @inline(__always)
    static func inputs(_ input: UnsafePointer<Float>, stride: Int, count: Int) -> Group {
        count == Group.count ? Group(input) : Group(count: count) { input[$0] }
    }

    @inline(__always)
    static func store(_ a: Self, _ b: Self, _ c: Self, _ d: Self, to tile: FloatTile, _ token: Int) {
        tile.store(totals(a, b, c, d), token: token)
    }
}

struct JoinedSums<First: RowSums, Second: RowSums>: RowSums {
    private var first = First()
    private var second = Second()

    static var tokens: Int { @inline(__always) get { First.tokens &+ Second.tokens } }

    @inline(__always)
    init() {}

    @inline(__always)
    static func inputs(
        _ input: UnsafePointer<Float>, stride: Int, count: Int
    ) -> (first: First.Inputs, second: Second.Inputs) {
        (
            First.inputs(input, stride: stride, count: count),
            Second.inputs(input + First.tokens &* stride, stride: stride, count: count)
        )
    }

    @inline(__always)
    mutating func add(_ weights: Group, _ inputs: (first: First.Inputs, second: Second.Inputs)) {
        first.add(weights, inputs.first)
        second.add(weights, inputs.second)
    }

    @inline(__always)
    static func store(_ a: Self, _ b: Self, _ c: Self, _ d: Self, to tile: FloatTile, _ token: Int) {
        First.store(a.first, b.first, c.first, d.first, to: tile, token)
        Second.store(a.second, b.second, c.second, d.second, to: tile, token &+ First.tokens)
    }
}

/// Four weight rows `rowBytes` apart, whose results go to output columns `outputStep` apart.
struct FloatTile {
    let weights: UnsafeRawPointer
    let rowBytes: Int
    let columns: Int
    let input: UnsafePointer<Float>  // [tokens, columns]
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
        output = task.output + outputRow
        outputStride = task.outputStride
    }

    @inline(__always)
    func row(_ index: Int) -> UnsafeRawPointer { weights + index &* rowBytes }

    @inline(__always)
    func store(_ totals: SIMD4<Float>, token: Int) {
        let at = output + token &* outputStride
        at[0] = totals[0]
        at[outputStep] = totals[1]
        at[2 &* outputStep] = totals[2]
        at[3 &* outputStep] = totals[3]
    }
}
