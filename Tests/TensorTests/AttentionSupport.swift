import Foundation
import Tensor
import Testing

/// A sequence of keys, values and queries, and attention over it.
struct AttentionCase: Sendable, CustomTestStringConvertible {
    var headCount = 1
    var group = 1
    var width = 16
    var window: Int?
    var includesSelf = true
    var positions = 100

    var testDescription: String {
        "\(headCount) x \(group) heads of \(width), window \(window.map { "\($0)" } ?? "none"), \(positions) positions"
    }

    var mask: AttentionMask { AttentionMask(window: window, includesSelf: includesSelf) }
    var keyWidth: Int { headCount * width }
    var queryWidth: Int { headCount * group * width }

    /// The numbers of a case.
    struct Input: Sendable {
        var keys: [Float]  // [positions, keyWidth]
        var values: [Float]  // [positions, keyWidth]
        var queries: [Float]  // [positions, queryWidth]
    }

    /// Random numbers whose scores are some units apart, so that the softmax is neither flat nor dominated by one key.
    func input(seed: UInt64 = 1) -> Input {
        var generator = Generator(seed)
        let scale = 4 / Float(width).squareRoot()
        return Input(
            keys: generator.floats(positions * keyWidth, scale: scale), values: generator.floats(positions * keyWidth),
            queries: generator.floats(positions * queryWidth, scale: 2))
    }

    func cache(type: CacheType = .f32, values: CacheType? = nil) throws -> AttentionCache {
        try AttentionCache(
            headCount: headCount, width: width, positions: positions, keyType: type, valueType: values ?? type)
    }

    /// A cache without pages, whose pool has `used` pages of NaN that were used before.
    func emptyCache(type: CacheType = .f32, used: Int = 0) throws -> AttentionCache {
        let layout = try PageLayout([.init(count: headCount, width: width)], keyType: type, valueType: type)
        let pool = PagePool(layout)
        let pages = try (0..<used).map { _ in try pool.page() }
        for page in pages { for index in page.bytes.indices { page.bytes[index] = 0xFF } }
        return AttentionCache(PageTable(pool), layer: layout.layers[0])
    }

    /// `cases` with each cache type that can hold their heads.
    static func withTypes(_ cases: [AttentionCase]) -> [(AttentionCase, CacheType)] {
        cases.flatMap { test in
            CacheType.allCases.filter { test.width.isMultiple(of: $0.widthMultiple) }.map { (test, $0) }
        }
    }

    /// Stores `range` of the input's positions.
    func store(_ input: Input, _ range: Range<Int>, in cache: AttentionCache, _ compute: Compute) {
        var keys = input.keys.rows(range, width: keyWidth)
        var values = input.values.rows(range, width: keyWidth)
        keys.withRows(width: keyWidth) { keys in
            values.withRows(width: keyWidth) { values in
                compute.store(keys: keys, values: values, firstPosition: range.lowerBound, in: cache)
            }
        }
    }

    /// The attention output of the queries of `range`.
    func attend(_ input: Input, _ range: Range<Int>, to cache: AttentionCache, _ compute: Compute) -> [Float] {
        let queries = input.queries.rows(range, width: queryWidth)
        return queries.mapped(width: queryWidth, to: queries.count, width: queryWidth) {
            compute.attention($0, firstPosition: range.lowerBound, cache: cache, mask: mask, into: $1)
        }
    }

    /// The whole sequence, as a model reads it: batch by batch, each stored and then attended from.
    /// - Parameter drops: whether pages are dropped once no row sees them any more.
    func run(
        _ input: Input, batch: Int, threads: Int = 1, drops: Bool = false, type: CacheType = .f32, form: Form
    ) throws -> [Float] {
        let compute = form.compute(threads: threads)
        let cache = try emptyCache(type: type, used: drops ? 2 : 0)
        var output: [Float] = []
        for start in stride(from: 0, to: positions, by: batch) {
            let range = start..<min(start + batch, positions)
            if drops, let window { cache.table.drop(before: start - window + 1) }
            try cache.table.makeRoom(for: range)
            store(input, range, in: cache, compute)
            output += attend(input, range, to: cache, compute)
        }
        return output
    }
}

// MARK: - Double precision

extension AttentionCase {
    /// One query head's attention in double precision, and the error that a float32 computation may have.
    struct Expected {
        var values: [Double]  // [width]
        var tolerances: [Double]  // [width]
    }

    /// - Parameter relativeError: of each stored key and value against those of `input`.
    func expected(_ input: Input, position: Int, head: Int, member: Int, relativeError: Double = 0) -> Expected {
        let end = includesSelf ? position + 1 : position
        let seen = (window.map { max(0, position - $0 + 1) } ?? 0)..<max(end, 0)
        var result = Expected(
            values: .init(repeating: 0, count: width), tolerances: .init(repeating: 0, count: width))
        guard !seen.isEmpty else { return result }
        let query = vector(of: input.queries, row: position, rowWidth: queryWidth, place: head * group + member)
        let scores: [Twin] = seen.map { key in
            Twin.dot(query, vector(of: input.keys, row: key, rowWidth: keyWidth, place: head))
        }
        var largest = -Double.infinity
        for score in scores { largest = max(largest, score.value) }
        let weights: [Double] = scores.map { exp($0.value - largest) }
        let sum = weights.reduce(0, +)
        let weightError = weightError(of: scores, largest: largest, relativeError: relativeError)
        var twins = [Twin](repeating: Twin(), count: width)
        for (key, weight) in zip(seen, weights) {
            let value = vector(of: input.values, row: key, rowWidth: keyWidth, place: head)
            for (dimension, element) in value.enumerated() { twins[dimension].add(weight / sum * Double(element)) }
        }
        for (dimension, twin) in twins.enumerated() {
            result.values[dimension] = twin.value
            result.tolerances[dimension] = twin.magnitude * (weightError + relativeError)
        }
        return result
    }

    private func vector(of rows: [Float], row: Int, rowWidth: Int, place: Int) -> ArraySlice<Float> {
        let start = row * rowWidth + place * width
        return rows[start..<start + width]
    }

    /// The relative error of a softmax weight in float32.
    private func weightError(of scores: [Twin], largest: Double, relativeError: Double) -> Double {
        var scoreError = 0.0
        for score in scores {
            // One rounding for each product and sum, then that of the difference to the maximum.
            let product = score.magnitude * (Double(width + 1) * unitRoundoff + relativeError)
            scoreError = max(scoreError, product + 2 * abs(score.value - largest) * unitRoundoff)
        }
        // In numerator and denominator: the exponent's error, a sum of so many terms, and some units for exp and
        // rescalings.
        return 2 * (scoreError + Double(scores.count + 32) * unitRoundoff)
    }

    /// The worst error of a query's row in units of its tolerance.
    func worstError(_ row: [Float], _ input: Input, position: Int, relativeError: Double = 0) -> Double {
        var worst = 0.0
        for head in 0..<headCount {
            for member in 0..<group {
                let expected = expected(
                    input, position: position, head: head, member: member, relativeError: relativeError)
                let place = head * group + member
                worst = max(
                    worst,
                    TensorTests.worstError(Array(row[place * width..<(place + 1) * width]), expected.values) {
                        expected.tolerances[$0]
                    })
            }
        }
        return worst
    }
}

extension CacheType {
    /// The block format of the values; nil if they are stored as they are.
    var format: Format? {
        switch self {
        case .f32: nil
        case .f16: Format(.f16)
        case .bf16: Format(.bf16)
        case .q8_0: Format(.q8_0)
        case .q5_1: Format(.q5_1)
        case .q5_0: Format(.q5_0)
        case .q4_1: Format(.q4_1)
        case .q4_0: Format(.q4_0)
        case .iq4_nl: Format(.iq4_nl)
        case .tbq4_0: Format(.tbq4_0)
        case .tbq3_0: Format(.tbq3_0)
        case .tbq3_tcq: Format(.tbq3_tcq)
        }
    }

    /// Each of `values` as a cache of this type holds it, by the plain encoder and decoder. Rows are whole blocks.
    func stored(_ values: [Float]) -> [Float] { format.map { $0.decoded($0.encoded(values)) } ?? values }

    /// Bytes of 128 values.
    var bytesOf128: Int { format?.type.byteCount(of: 128) ?? 512 }

    /// The error of the engine's arithmetic beyond that of single precision, relative to each product. Rotations of the
    /// query, of the result and, in `stored`, of each row back take six roundings each, or eight for blocks of 128.
    var rotationError: Double {
        switch basis {
        case .plain: 0
        case .turbo: 18 * unitRoundoff
        case .trellis: 24 * unitRoundoff
        }
    }
}

extension AttentionCase.Input {
    /// The input as caches hold it.
    func stored(_ type: CacheType, values valueType: CacheType? = nil) -> Self {
        var stored = self
        stored.keys = type.stored(keys)
        stored.values = (valueType ?? type).stored(values)
        return stored
    }
}
