import GGUF
import Platform
import Tensor
import Testing

/// Half the distance from 1 to the next float: the largest relative error of one rounded operation.
let unitRoundoff = Double(Float.ulpOfOne) / 2

/// Numbers that are the same in every run (SplitMix64).
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// `count` floats between -scale and scale.
    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in Float.random(in: -scale...scale, using: &self) }
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

// MARK: - Rows

/// The address of the rows of an empty array.
private let nowhere = FloatBuffer(constantCount: 0)

extension [Float] {
    /// The floats as rows of `width`, for the time of `body`.
    mutating func withRows<R>(width: Int, _ body: (Rows) throws -> R) rethrows -> R {
        try withUnsafeMutableBufferPointer { buffer in
            try body(Rows(base: buffer.baseAddress ?? nowhere.base, count: buffer.count / width, width: width))
        }
    }

    /// A copy changed by `body`.
    func changed(width: Int, by body: (Rows) -> Void) -> [Float] {
        var copy = self
        copy.withRows(width: width, body)
        return copy
    }

    /// The output of `body` for this input, in `count` floats that are NaN at first.
    func mapped(
        width: Int, to count: Int, width outputWidth: Int, _ body: (Rows, Rows) throws -> Void
    ) rethrows -> [Float] {
        var input = self
        var output = [Float](repeating: .nan, count: count)
        try input.withRows(width: width) { input in try output.withRows(width: outputWidth) { try body(input, $0) } }
        return output
    }

    func rows(_ range: Range<Int>, width: Int) -> [Float] {
        Array(self[range.lowerBound * width..<range.upperBound * width])
    }

    /// Bit patterns, so that equality is that of bits.
    var bits: [UInt32] { map(\.bitPattern) }
}

// MARK: - Formats

/// A format as a test's argument.
struct Format: Sendable, CustomTestStringConvertible {
    let type: TensorType
    let traits: FormatTraits

    /// - Parameter type: one of `ElementFormats.all`.
    init(_ type: TensorType) {
        self.type = type
        traits = ElementFormats.traits(of: type)!
    }

    var isQuantized: Bool { type.blockSize > 1 }
    var testDescription: String { type.name }

    /// What a row's length must be a multiple of: a block, and a group of 32 unless single values are blocks.
    var granule: Int { isQuantized ? max(type.blockSize, 32) : 1 }
    /// A row length of at least `count`, if it can be that.
    func columns(atLeast count: Int) -> Int { (count + granule - 1) / granule * granule }
    var isEncodable: Bool { traits.isEncodable }
    /// Whether the values of a block are mixed before they are coded, so that an error of one is in all of them.
    var isRotated: Bool { type.name.hasPrefix("TBQ") }

    static let all = ElementFormats.all.map { Format($0) }
    static let quantized = all.filter(\.isQuantized)
    static let floats = all.filter { !$0.isQuantized }
    static let encodable = all.filter(\.isEncodable)
    /// Those with integer products.
    static let integers = all.filter { $0.traits.activations != nil }

    /// `values` as rows are stored. Formats without an encoder get random codes, with scales of about the values' size.
    /// - Parameter kernels: those that encode. All give the same bytes, but the plainest search for long.
    func encoded(
        _ values: [Float], importance: [Float]? = nil, by kernels: any KernelSet.Type = Kernels.current
    ) -> [UInt8] {
        guard isEncodable else { return plausible(count: values.count) }
        var bytes = [UInt8](repeating: 0, count: type.byteCount(of: values.count))
        bytes.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            kernels.encode(values, type.id, count: values.count, importance: importance, into: base)
        }
        return bytes
    }

    /// `count` random values as rows are stored. Only so many are encoded, since some encoders are slow; the others are
    /// blocks of these in random order.
    func randomRows(count: Int, _ generator: inout Generator) -> [UInt8] {
        let distinct = isQuantized ? 16 * max(type.blockSize, 64) : count
        let bytes = encoded(generator.floats(min(count, distinct)))
        guard count > distinct else { return bytes }
        var rows: [UInt8] = []
        rows.reserveCapacity(type.byteCount(of: count))
        for _ in 0..<count / type.blockSize {
            let block = Int.random(in: 0..<distinct / type.blockSize, using: &generator) * type.blockBytes
            rows += bytes[block..<block + type.blockBytes]
        }
        return rows
    }

    private func plausible(count: Int) -> [UInt8] {
        var generator = Generator(UInt64(count))
        var bytes = generator.bytes(type.byteCount(of: count))
        for block in stride(from: 0, to: bytes.count, by: type.blockBytes) {
            for place in traits.floats.offsets {
                let scale = Float.random(in: -0.01...0.01, using: &generator)
                traits.floats.encoding.store(scale, in: &bytes, at: block + place)
            }
        }
        return bytes
    }

    /// The values of `bytes`, block by block with the plain decoder.
    func decoded(_ bytes: [UInt8], by kernels: any KernelSet.Type = Form.plainest.kernels) -> [Float] {
        let count = bytes.count / type.blockBytes * type.blockSize
        var values = [Float](repeating: .nan, count: count)
        bytes.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            kernels.decodePlainly(source, type.id, count: count, into: &values)
        }
        return values
    }
}

extension StoredFloats.Encoding {
    /// Stores the scale of a quantized block, or about that, the other bits being what they were.
    func store(_ scale: Float, in bytes: inout [UInt8], at place: Int) {
        let half = Float16(scale).bitPattern
        switch self {
        case .single, .brain: Issue.record("no quantized format has such a scale")
        case .half:
            bytes[place] = UInt8(truncatingIfNeeded: half)
            bytes[place + 1] = UInt8(half >> 8)
        case .exponent: bytes[place] = UInt8(clamping: Int(scale.exponent) + 128)
        case .spreadHalf:
            for word in 0..<4 {
                let at = place + 2 * word + 1
                bytes[at] = bytes[at] & 0x0f | UInt8(half >> UInt16(4 * word) & 15) << 4
            }
        }
    }
}

// MARK: - Kernel forms

/// The kernels of an instruction set as a test's argument.
struct Form: Sendable, CustomTestStringConvertible {
    let kernels: any KernelSet.Type

    var testDescription: String { kernels.form.rawValue }
    /// Whether operations use it unless they are told otherwise.
    var isCurrent: Bool { kernels.form == Kernels.current.form }

    /// Every form that this processor can run.
    static let all = Kernels.available.map { Form(kernels: $0) }
    static let plainest = Form(kernels: Kernels.compiled[0].kernels)

    /// All forms, grouped by whether they decode `format` to the same bits. Decoding is exact except for an orthogonal
    /// rotation, whose sums may be fused.
    static func decodingAlike(_ format: Format) -> [[Form]] {
        guard format.traits.activations?.rotation == .orthogonal else { return [all] }
        return [false, true].map { isFused in all.filter { $0.kernels.fusesMultiplyAdd == isFused } }
            .filter { !$0.isEmpty }
    }

    func compute(threads: Int, precision: ActivationPrecision = .bytes) -> Compute {
        Compute(threadCount: threads, precision: precision, kernels: kernels)
    }

    /// `sum + a * b` as the kernels round it.
    func fused(_ sum: Float, _ a: Float, _ b: Float) -> Float {
        kernels.fusesMultiplyAdd ? sum.addingProduct(a, b) : sum + a * b
    }

    /// The product of bytes with all rows of `weights`, by one call of the kernel.
    func multiply(_ input: QuantizedRows, by weights: Matrix, into output: Rows) {
        let task = IntegerTask(
            format: weights.type.id, weights: weights.base, rowBytes: weights.rowBytes, input: input,
            output: output.base, outputStride: output.width)
        var scratch = [Float](repeating: .nan, count: ProductSizes.integerScratchCount)
        kernels.multiply(task, rows: 0..<weights.rows, next: weights.base, scratch: &scratch)
    }
}

// MARK: - Products

/// A sum in double precision together with the sum of its terms' magnitudes, which bounds the rounding errors.
struct Twin {
    var value = 0.0
    var magnitude = 0.0

    mutating func add(_ term: Double) {
        value += term
        magnitude += abs(term)
    }

    static func dot(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Twin {
        var twin = Twin()
        for (x, y) in zip(a, b) { twin.add(Double(x) * Double(y)) }
        return twin
    }
}

/// A weight matrix and its values as the plain decoder gives them.
struct TestMatrix {
    let matrix: Matrix
    let values: [Float]

    /// - Parameters:
    ///   - shift: bytes in front of the first row, so that nothing is aligned.
    ///   - form: the kernels that decode `values`. It matters if decoding rounds; see `Form.decodingAlike`.
    init(
        _ format: Format, rows: Int, columns: Int, seed: UInt64, shift: Int = 0, form: Form = .plainest
    ) {
        var generator = Generator(seed)
        let bytes = format.randomRows(count: rows * columns, &generator)
        values = format.decoded(bytes, by: form.kernels)
        let region = ByteRegion(Array(repeating: 0, count: shift) + bytes)
        matrix = Matrix(
            rows: rows, columns: columns, type: format.type, region: region.slice(shift..<shift + bytes.count))
    }

    /// The product with `input` `[tokens, columns]` in double precision: `[tokens, rows]`.
    func product(_ input: [Float]) -> [Twin] {
        let columns = matrix.columns
        return (0..<input.count / columns).flatMap { token in
            (0..<matrix.rows).map { row in
                Twin.dot(
                    input[token * columns..<(token + 1) * columns], values[row * columns..<(row + 1) * columns])
            }
        }
    }
}

extension Compute {
    /// The product as an array; elements that are not written stay NaN.
    func product(_ input: [Float], _ weights: Matrix) -> [Float] {
        let tokens = input.count / weights.columns
        return input.mapped(width: weights.columns, to: tokens * weights.rows, width: weights.rows) {
            multiply($0, by: weights, into: $1)
        }
    }
}

// MARK: - Errors

/// The largest error in units of its tolerance; infinite where a value is NaN.
func worstError(_ values: [Float], _ expected: [Double], tolerance: (Int) -> Double) -> Double {
    guard values.count == expected.count else { return .infinity }
    var worst = 0.0
    for (index, value) in values.enumerated() {
        let error = abs(Double(value) - expected[index])
        guard error != 0 else { continue }
        let ratio = error / tolerance(index)
        worst = ratio.isNaN ? .infinity : max(worst, ratio)
    }
    return worst
}
