package import Foundation
internal import GGUF
internal import Gemma4
package import Tensor

/// How far attention's output is from that over a cache of single precision, for each type of cache and the keys,
/// queries and values of a synthetic model.
///
/// Hidden states are Gaussian, as those of random weights are. In each layer that owns keys and values, some tokens are
/// stored, and the last of them attend to what they see.
package struct CacheErrors {
    /// An error is the square of the difference over the square of the output, the mean of all layers.
    package struct Figures: Hashable, Sendable {
        package let type: CacheType
        package let bitsPerValue: Double
        /// With keys of the type and exact values, and the other way round.
        package var keys = 0.0
        package var values = 0.0
        package var both = 0.0
        /// With keys of the type, exact values, and queries whose channels are all of one size.
        package var keysForEqualQueries = 0.0
    }

    package let figures: [Figures]
    private let filename: String
    private let positions: Int

    private static let queryCount = 64
    /// The standard deviation of scores. Random weights of norms would give some ten times as much, so that each query
    /// saw one key only, and an error either changed it or nothing.
    private static let scoreDeviation: Float = 3

    /// - Parameters:
    ///   - url: of the target.
    ///   - positions: tokens that are stored, at least 64.
    /// - Throws: `TensorError.unsupportedHeadWidth` if the heads do not fit all types; errors of loading a model.
    package init(of url: URL, threads: Int, positions: Int = 1024) throws {
        let file = try ModelFile(GGUFFile(contentsOf: url), architectures: [Target.architecture])
        let config = try Config(file, hasCaches: true)
        let layers = try file.decoderLayers(config)
        let rotary = try RotaryEmbeddings(config, factors: file.rotaryFactors(config), capacity: positions)
        rotary.prepare(first: 0, count: positions)
        let compute = Compute(threadCount: threads)
        var generator = SplitMix64(seed: 12)
        let hiddenCount = positions * config.embeddingLength
        let hidden = try FloatBuffer((0..<hiddenCount).map { _ in Float(generator.gaussians().0) })
        var figures = try CacheType.allCases.map {
            Figures(
                type: $0,
                bitsPerValue: try 8
                    * Double(
                        PageLayout([.init(count: 1, width: 256)], keyType: $0, valueType: $0).byteCount)
                    / Double(2 * PageLayout.length * 256))
        }
        for index in 0..<config.owningLayerCount {
            let tokens = try LayerTokens(
                hidden.rows(width: config.embeddingLength), layers[index], rotary[index], queryCount: Self.queryCount,
                scoreDeviation: Self.scoreDeviation, compute)
            let exact = try tokens.attend(key: .f32, value: .f32, compute)
            let exactForEqualQueries = try tokens.attend(key: .f32, value: .f32, hasEqualQueries: true, compute)
            for place in figures.indices {
                let type = figures[place].type
                func error(key: CacheType, value: CacheType) throws -> Double {
                    let output = try tokens.attend(key: key, value: value, compute)
                    return relativeError(output, exact) / Double(config.owningLayerCount)
                }
                figures[place].keys += try error(key: type, value: .f32)
                figures[place].values += try error(key: .f32, value: type)
                figures[place].both += try error(key: type, value: type)
                figures[place].keysForEqualQueries +=
                    try relativeError(
                        tokens.attend(key: type, value: .f32, hasEqualQueries: true, compute), exactForEqualQueries)
                    / Double(config.owningLayerCount)
            }
        }
        self.figures = figures
        self.positions = positions
        filename = url.path
    }

    package var records: [Record] {
        figures.map { figures in
            var record = Record()
            record.add("test", "cache")
            record.add("model_filename", filename)
            record.add("n_positions", positions)
            record.add("type", figures.type.rawValue)
            record.add("bits_per_value", figures.bitsPerValue)
            record.add("nmse_k", figures.keys)
            record.add("nmse_v", figures.values)
            record.add("nmse", figures.both)
            record.add("nmse_k_equal_queries", figures.keysForEqualQueries)
            return record
        }
    }

    package static let columns: [TableColumn] = [
        TableColumn("cache", isNumber: false) { $0["type"].text ?? "" },
        TableColumn("bits a value") { $0["bits_per_value"].formatted(2) },
        TableColumn("error, keys alone") { $0["nmse_k"].scientific },
        TableColumn("values alone") { $0["nmse_v"].scientific },
        TableColumn("both") { $0["nmse"].scientific },
        TableColumn("keys alone, equal queries") { $0["nmse_k_equal_queries"].scientific },
    ]
}

extension Record.Value {
    fileprivate var scientific: String { number.map { String(format: "%.1e", $0) } ?? "" }
}

/// The square of the difference over the square of `expected`.
private func relativeError(_ values: FloatBuffer, _ expected: FloatBuffer) -> Double {
    var (difference, total) = (0.0, 0.0)
    for index in 0..<expected.count {
        difference += pow(Double(values[index]) - Double(expected[index]), 2)
        total += pow(Double(expected[index]), 2)
    }
    return difference / total
}

/// The keys and values of tokens in one layer, and the queries of the last of them.
private struct LayerTokens {
    private let layer: DecoderLayer
    private let keys: FloatBuffer  // [tokens, key width]
    private let values: FloatBuffer  // [tokens, key width]
    private let queries: FloatBuffer  // [queries, query width]
    private let equalQueries: FloatBuffer  // [queries, query width]
    private let count: Int
    private let queryCount: Int

    init(
        _ hidden: Rows, _ layer: DecoderLayer, _ rotary: RotaryEmbedding, queryCount: Int, scoreDeviation: Float,
        _ compute: Compute
    ) throws {
        self.layer = layer
        self.queryCount = queryCount
        count = hidden.count
        let (config, weights) = (layer.config, layer.weights)
        keys = try FloatBuffer(count: count, config.keyWidth)
        values = try FloatBuffer(count: count, config.keyWidth)
        queries = try FloatBuffer(count: queryCount, config.queryWidth)
        equalQueries = try FloatBuffer(count: queryCount, config.queryWidth)
        let normed = try FloatBuffer(count: count, hidden.width)
        let input = normed.rows(width: hidden.width)
        compute.norm(hidden, weight: weights.attentionNorm, epsilon: layer.epsilon, into: input)

        let (key, value) = (keys.rows(width: config.keyWidth), values.rows(width: config.keyWidth))
        guard let keyValue = weights.keyValue else { preconditionFailure("a layer that owns no keys") }
        compute.multiply(input, by: keyValue.key, into: key)
        compute.multiply(input, by: keyValue.value ?? keyValue.key, into: value)
        let (keyHeads, valueHeads) = (key.split(width: config.headWidth), value.split(width: config.headWidth))
        compute.norm(keyHeads, weight: keyValue.keyNorm, epsilon: layer.epsilon, into: keyHeads)
        compute.norm(valueHeads, weight: nil, epsilon: layer.epsilon, into: valueHeads)
        compute.rotate(key, by: rotary)

        let first = count - queryCount
        func project(into queries: FloatBuffer, weight: FloatBuffer?, scoreSize: Float) {
            let query = queries.rows(width: config.queryWidth)
            compute.multiply(input[first..<count], by: weights.query, into: query)
            let queryHeads = query.split(width: config.headWidth)
            compute.norm(queryHeads, weight: weight, epsilon: layer.epsilon, into: queryHeads)
            compute.rotate(query, by: rotary, firstRow: first)
            compute.scale(query, by: scoreDeviation / scoreSize)
        }
        // Scores are sums over channels that are as large as the norms' weights.
        func size(_ factor: (Int) -> Float) -> Float {
            (0..<config.headWidth).reduce(Float(0)) { $0 + factor($1) * factor($1) }.squareRoot()
        }
        project(
            into: queries, weight: weights.queryNorm, scoreSize: size { weights.queryNorm[$0] * keyValue.keyNorm[$0] })
        project(into: equalQueries, weight: nil, scoreSize: size { keyValue.keyNorm[$0] })
        withExtendedLifetime(normed) {}
    }

    /// Attention's output over a cache of these types.
    func attend(
        key: CacheType, value: CacheType, hasEqualQueries: Bool = false, _ compute: Compute
    ) throws -> FloatBuffer {
        let config = layer.config
        let cache = try AttentionCache(
            headCount: config.keyValueHeadCount, width: config.headWidth, positions: count, keyType: key,
            valueType: value)
        compute.store(
            keys: keys.rows(width: config.keyWidth), values: values.rows(width: config.keyWidth), firstPosition: 0,
            in: cache)
        let output = try FloatBuffer(count: queryCount, config.queryWidth)
        compute.attention(
            (hasEqualQueries ? equalQueries : queries).rows(width: config.queryWidth),
            firstPosition: count - queryCount, cache: cache,
            mask: AttentionMask(window: config.kind.window, includesSelf: true),
            into: output.rows(width: config.queryWidth))
        return output
    }
}
