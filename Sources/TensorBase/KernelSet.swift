/// The boundary between scheduling and arithmetic: everything that is worth a wider register.
///
/// The same sources (`Sources/Kernels`) implement it once per instruction set, each in a module of its own. Whoever
/// schedules work holds one implementation as `any KernelSet.Type` and crosses the boundary once per row, piece of a
/// product or chunk of attention, never inside a loop over values. Arguments are pointers, sizes and plain structs: no
/// references cross, and a kernel allocates nothing that outlives the call.
///
/// Formats are named by number. A format that a kernel set does not read (`traits(of:)` is nil) must not be passed.
package protocol KernelSet: Sendable {
    static var form: KernelForm { get }
    /// Whether `sum + a * b` is rounded once. It decides the last bits of every product.
    static var fusesMultiplyAdd: Bool { get }
    /// Whether float weights with more than `largestBatchWithoutBLAS` tokens are better left to BLAS.
    static var prefersBLAS: Bool { get }

    // MARK: Formats

    static func traits(of format: FormatID) -> FormatTraits?
    /// Decodes the first `count` values of a row.
    static func decode(
        _ row: UnsafeRawPointer, _ format: FormatID, count: Int, into values: UnsafeMutablePointer<Float>)
    /// The same by the plain statement of the format, value by value: what every faster decoder is checked against.
    static func decodePlainly(
        _ row: UnsafeRawPointer, _ format: FormatID, count: Int, into values: UnsafeMutablePointer<Float>)
    /// Encodes a row of `count` values, a multiple of the block size, as ggml's reference encoder does.
    /// - Parameter importance: one weight for each column, none of them negative: how much an error there counts. Nil
    ///   weighs as the reference does without an importance matrix; for a format that requires one, all columns alike.
    static func encode(
        _ values: UnsafePointer<Float>, _ format: FormatID, count: Int, importance: UnsafePointer<Float>?,
        into row: UnsafeMutableRawPointer)

    // MARK: Products

    /// Floats of scratch memory that a float product needs per thread.
    static func scratchCount(columns: Int) -> Int
    /// Some weight rows by all tokens.
    static func multiply(_ task: ProductTask, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>)
    /// One weight row by one token.
    static func dot(_ row: UnsafeRawPointer, _ format: FormatID, _ x: UnsafePointer<Float>, count: Int) -> Float
    /// Rounds the values of token `token` to bytes.
    static func quantize(_ row: UnsafePointer<Float>, token: Int, into rows: QuantizedRows)
    /// Some weight rows by all tokens.
    /// - Parameters:
    ///   - next: what the thread is expected to read after these rows; it is prefetched meanwhile.
    ///   - scratch: `ProductSizes.integerScratchCount` floats.
    static func multiply(
        _ task: IntegerTask, rows: Range<Int>, next: UnsafeRawPointer, scratch: UnsafeMutablePointer<Float>)
    /// Selected weight rows by one token; `output[i]` belongs to `rows[i]`.
    static func multiply(
        _ task: IntegerTask, selected rows: UnsafeBufferPointer<Int32>, into output: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>)

    // MARK: Attention

    /// Bytes of 16 positions of one head.
    static func keyBlockBytes(_ type: CacheType, width: Int) -> Int
    static func valueBlockBytes(_ type: CacheType, width: Int) -> Int
    static func store(_ rows: StoredRows, asKeys type: CacheType, in block: UnsafeMutableRawPointer)
    static func store(_ rows: StoredRows, asValues type: CacheType, in block: UnsafeMutableRawPointer)
    /// Rotates a row of queries, in place, into the basis of a cache.
    static func rotateQueries(_ row: UnsafeMutablePointer<Float>, count: Int, into basis: CacheBasis)
    /// Computes the states of what consecutive tokens see of `chunk`, each at least one position.
    /// - Parameters:
    ///   - scores: `AttentionSizes.workLength` floats for so many tokens, aligned to 64 bytes.
    ///   - states: `[tokens, AttentionTask.stateLength]`
    static func attend(
        _ task: AttentionTask, tokens: Range<Int>, head: Int, chunk: Int, scores: UnsafeMutablePointer<Float>,
        into states: UnsafeMutablePointer<Float>)
    /// Adds the state of the next chunk to that of the chunks before it, for one query head.
    static func merge(
        _ task: AttentionTask, _ next: UnsafePointer<Float>, into state: UnsafeMutablePointer<Float>, member: Int)
    /// Writes the output of one query head: the weighted sums divided by the sum of the weights, or zeros if the token
    /// sees nothing.
    static func finish(_ task: AttentionTask, _ state: UnsafePointer<Float>, token: Int, head: Int, member: Int)

    // MARK: Rows

    /// `output = x / sqrt(mean(x²) + epsilon) * weight`; `output` may be `x`.
    static func norm(
        _ x: UnsafePointer<Float>, count: Int, weight: UnsafePointer<Float>?, epsilon: Float,
        into output: UnsafeMutablePointer<Float>)
    /// `x += norm(update)`.
    static func addNormed(
        _ update: UnsafePointer<Float>, weight: UnsafePointer<Float>, epsilon: Float,
        to x: UnsafeMutablePointer<Float>, count: Int)
    static func add(_ update: UnsafePointer<Float>, to x: UnsafeMutablePointer<Float>, count: Int)
    static func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int)
    static func multiply(_ x: UnsafeMutablePointer<Float>, by weight: UnsafePointer<Float>, count: Int)
    /// `gate = gelu(gate) * up`, tanh approximation.
    static func gelu(_ gate: UnsafeMutablePointer<Float>, times up: UnsafePointer<Float>, count: Int)
    /// `x = cap * tanh(x / cap)`.
    static func softCap(_ x: UnsafeMutablePointer<Float>, cap: Float, count: Int)
    static func softmax(_ x: UnsafeMutablePointer<Float>, count: Int)
    /// Rotates every head of a row `[heads * width]` by the angles of its position, `[width / 2]` cosines and sines.
    static func rotate(
        _ row: UnsafeMutablePointer<Float>, heads: Int, width: Int, cosines: UnsafePointer<Float>,
        sines: UnsafePointer<Float>)

    /// Reads `bytes` as fast as the form can, in four streams. A measure of what memory delivers.
    /// - Returns: a sum of what was read, so that no read is left out.
    static func read(_ bytes: UnsafeRawBufferPointer) -> UInt64

    // MARK: Scores of a vocabulary

    /// The index of the largest value, the lowest of several; 0 for no values.
    ///
    /// A NaN is never larger than anything, and nothing is larger than a NaN at index 0, which therefore stays.
    static func argmax(_ values: UnsafeBufferPointer<Float>) -> Int
    /// 1 / sum of exp(logit - largest). NaN if any logit is NaN; 0 if there are no logits.
    static func largestProbability(_ logits: UnsafeBufferPointer<Float>) -> Float
    /// The `capacity` largest of `candidates` in falling order, equal values in the order of their indices, without
    /// NaN.
    /// - Returns: how many there are.
    static func selectLargest(
        of candidates: UnsafeBufferPointer<Float>, capacity: Int, values: UnsafeMutablePointer<Float>,
        indices: UnsafeMutablePointer<Int32>
    ) -> Int
    static func summarize(_ logits: UnsafeBufferPointer<Float>) -> LogitSummary
    /// Log probabilities as 16-bit codes: `(logit - least) * inverseStep`, rounded and limited to 0...65535.
    static func encode(
        _ logits: UnsafeBufferPointer<Float>, least: Float, inverseStep: Float, into codes: UnsafeMutableRawPointer)
    static func diverge(_ codes: CodedProbabilities, from logits: LogitsOfProbabilities) -> ProbabilityDivergence
}

/// What the softmax of a row of logits is computed from.
package struct LogitSummary: Sendable {
    /// The index of the largest logit.
    package let top: Int
    package let largest: Float
    package let smallest: Float
    /// Σ exp(logit - largest); NaN if a logit is NaN.
    package let sum: Double

    package init(top: Int, largest: Float, smallest: Float, sum: Double) {
        self.top = top
        self.largest = largest
        self.smallest = smallest
        self.sum = sum
    }
}

/// A row of saved log probabilities: code * step + least each.
package struct CodedProbabilities {
    package let codes: UnsafeRawPointer  // [count] of UInt16
    package let count: Int
    package let step: Float
    package let least: Float
    /// Log probabilities at or below this are not compared.
    package let ignoredBelow: Float

    package init(codes: UnsafeRawPointer, count: Int, step: Float, least: Float, ignoredBelow: Float) {
        self.codes = codes
        self.count = count
        self.step = step
        self.least = least
        self.ignoredBelow = ignoredBelow
    }
}

/// A row of logits whose log probabilities are `logit - largest - logSum`.
package struct LogitsOfProbabilities {
    package let logits: UnsafePointer<Float>
    package let largest: Float
    package let logSum: Float

    package init(logits: UnsafePointer<Float>, largest: Float, logSum: Float) {
        self.logits = logits
        self.largest = largest
        self.logSum = logSum
    }
}

/// How far a row of probabilities is from a saved one.
package struct ProbabilityDivergence {
    /// Σ p log(p / q) - p + q over the saved probabilities p.
    package let sum: Double
    /// The largest code of the saved row.
    package let largestCode: UInt16

    package init(sum: Double, largestCode: UInt16) {
        self.sum = sum
        self.largestCode = largestCode
    }
}
