import Foundation
package import GGUF
package import Tensor

/// What a layer attends to.
package enum AttentionKind: Hashable, Sendable {
    case sliding(window: Int)
    case full

    package var window: Int? { if case .sliding(let window) = self { window } else { nil } }
    package var name: String { if case .sliding = self { "sliding" } else { "full" } }
}

/// Whose keys and values a layer reads.
package enum CacheSource: Hashable, Sendable {
    case own
    /// The cache of a layer before it.
    case layer(Int)
    /// A cache that does not belong to the model: whoever runs the layer says which.
    case outside
}

/// The sizes of one layer.
package struct LayerConfig: Hashable, Sendable {
    package let kind: AttentionKind
    package let cacheSource: CacheSource
    package let headCount: Int
    package let keyValueHeadCount: Int
    package let headWidth: Int
    package let feedForwardLength: Int

    package var queryWidth: Int { headCount * headWidth }
    package var keyWidth: Int { keyValueHeadCount * headWidth }
}

extension Compute {
    /// Makes room for the attention of a layer to its cache.
    package func reserveAttention(tokens: Int, _ layer: LayerConfig) throws(TensorError) {
        try reserveAttention(
            tokens: tokens, headCount: layer.headCount, keyValueHeadCount: layer.keyValueHeadCount,
            width: layer.headWidth)
    }
}

/// The sizes of the experts beside a layer's feed-forward network.
package struct ExpertConfig: Hashable, Sendable {
    package let count: Int
    package let usedCount: Int
    package let feedForwardLength: Int
}

/// The hyperparameters of a model of Gemma 4's layers, read from the metadata of its file.
package struct Config: Sendable {
    /// What `general.architecture` says, which is also the prefix of the keys.
    package let architecture: String
    package let layers: [LayerConfig]
    package let vocabularySize: Int
    package let contextLength: Int
    package let embeddingLength: Int
    package let epsilon: Float
    package let rotaryBase: Double
    package let rotaryBaseSliding: Double
    /// Width of a layer's input embedding; 0 for none.
    package let perLayerLength: Int
    package let logitSoftCap: Float?
    package let experts: ExpertConfig?

    /// Layers that own a cache; the others come after them.
    package var owningLayerCount: Int { layers.count { $0.cacheSource == .own } }

    /// - Parameters:
    ///   - architecture: the one that the file must have.
    ///   - hasCaches: whether layers have keys and values, their own or those of a layer before; all read a cache
    ///     outside of the model otherwise.
    /// - Throws: `GGUFError` for a missing key or one of another type, `ModelError` for one that contradicts another.
    package init(_ file: GGUFFile, architecture: String, hasCaches: Bool) throws {
        let keys = ConfigReader(metadata: file.metadata, prefix: architecture)
        try keys.checkArchitecture()
        self.architecture = architecture
        let layerCount = try keys.size("block_count", in: Limits.layers)
        contextLength = try keys.size("context_length", in: Limits.contextLength)
        embeddingLength = try keys.size("embedding_length", in: Limits.embedding)
        epsilon = Float(try keys.number("attention.layer_norm_rms_epsilon", in: Limits.epsilon))
        rotaryBase = try keys.number("rope.freq_base", in: Limits.rotaryBase)
        rotaryBaseSliding = try keys.number("rope.freq_base_swa", in: Limits.rotaryBase)
        perLayerLength = try keys.perLayerLength(layerCount: layerCount)
        logitSoftCap = try keys.softCap()
        experts = try keys.experts()
        layers = try keys.layers(count: layerCount, hasCaches: hasCaches)
        guard let table = file.tensor("token_embd.weight") else { throw GGUFError.missingTensor("token_embd.weight") }
        vocabularySize = table.rowCount
        guard Limits.vocabulary.contains(vocabularySize) else {
            throw ModelError.invalidTensor(
                table.name, found: "has \(vocabularySize) rows", expected: "1 to \(Limits.vocabulary.upperBound)")
        }
    }
}

/// Reads and checks the keys under an architecture's prefix.
private struct ConfigReader {
    let metadata: GGUFMetadata
    let prefix: String

    func key(_ name: String) -> String { "\(prefix).\(name)" }

    func checkArchitecture() throws {
        let found = try metadata.string("general.architecture")
        // By bytes: String's equality may take quadratic time for what a stranger wrote.
        guard found.utf8.elementsEqual(prefix.utf8) else {
            throw ModelError.wrongArchitecture(expected: prefix, found: found)
        }
    }

    func size(_ name: String, in range: ClosedRange<Int>) throws -> Int {
        guard let value = try sizeIfPresent(name, in: range) else { throw GGUFError.missingKey(key(name)) }
        return value
    }

    func sizeIfPresent(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = try metadata.integerIfPresent(key(name)) else { return nil }
        try check(name, value, range)
        return value
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws -> Double {
        let value = try metadata.number(key(name))
        guard range.contains(value) else {
            throw ModelError.invalidKey(
                key: key(name), value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func softCap() throws -> Float? {
        guard metadata[key("final_logit_softcapping")] != nil else { return nil }
        return Float(try number("final_logit_softcapping", in: Limits.logitSoftCap))
    }

    func perLayerLength(layerCount: Int) throws -> Int {
        let name = "embedding_length_per_layer_input"
        guard let length = try sizeIfPresent(name, in: Limits.perLayerEmbedding) else { return 0 }
        guard length * layerCount <= Limits.perLayerWidth else {
            throw ModelError.invalidKey(
                key: key(name), value: "\(length)",
                expected: "at most \(Limits.perLayerWidth / layerCount) for \(layerCount) layers")
        }
        return length
    }

    func experts() throws -> ExpertConfig? {
        guard let count = try sizeIfPresent("expert_count", in: Limits.experts), count > 0 else { return nil }
        return ExpertConfig(
            count: count,
            usedCount: try size("expert_used_count", in: 1...min(count, Limits.usedExperts.upperBound)),
            feedForwardLength: try size("expert_feed_forward_length", in: Limits.feedForward))
    }

    func layers(count: Int, hasCaches: Bool) throws -> [LayerConfig] {
        let window = try size("attention.sliding_window", in: Limits.slidingWindow)
        let isSliding = try slidingPattern(count: count)
        let headCounts = try perLayer("attention.head_count", count: count, in: Limits.heads)
        let keyValueHeadCounts = try perLayer("attention.head_count_kv", count: count, in: Limits.heads)
        let feedForwardLengths = try perLayer("feed_forward_length", count: count, in: Limits.feedForward)
        let fullWidth = try headWidth(suffix: "")
        let slidingWidth = try headWidth(suffix: "_swa")
        let shared = try sizeIfPresent("attention.shared_kv_layers", in: 0...count) ?? 0
        if hasCaches, shared == count {
            throw ModelError.invalidKey(
                key: key("attention.shared_kv_layers"), value: "\(shared)",
                expected: "fewer than the \(count) layers of \(key("block_count"))")
        }

        var layers: [LayerConfig] = []
        for index in 0..<count {
            let kind: AttentionKind = isSliding[index] ? .sliding(window: window) : .full
            let source: CacheSource =
                if !hasCaches {
                    .outside
                } else if index < count - shared {
                    .own
                } else {
                    .layer(try lastOwner(of: kind, in: layers.prefix(count - shared), for: index))
                }
            let layer = LayerConfig(
                kind: kind, cacheSource: source, headCount: headCounts[index],
                keyValueHeadCount: keyValueHeadCounts[index],
                headWidth: isSliding[index] ? slidingWidth : fullWidth, feedForwardLength: feedForwardLengths[index])
            guard layer.queryWidth <= Limits.attentionWidth else {
                throw ModelError.invalidKey(
                    key: key("attention.head_count"), value: "\(layer.headCount) in layer \(index)",
                    expected: "at most \(Limits.attentionWidth / layer.headWidth) heads of width \(layer.headWidth)")
            }
            guard layer.headCount.isMultiple(of: layer.keyValueHeadCount) else {
                throw ModelError.invalidKey(
                    key: key("attention.head_count_kv"), value: "\(layer.keyValueHeadCount) in layer \(index)",
                    expected: "a divisor of the \(layer.headCount) heads")
            }
            if case .layer(let owner) = source, layers[owner].keyWidth != layer.keyWidth {
                throw ModelError.invalidKey(
                    key: key("attention.head_count_kv"), value: "\(layer.keyValueHeadCount) in layer \(index)",
                    expected: "\(layers[owner].keyValueHeadCount), as in layer \(owner), whose cache it shares")
            }
            layers.append(layer)
        }
        return layers
    }

    private func lastOwner(
        of kind: AttentionKind, in owners: ArraySlice<LayerConfig>, for index: Int
    ) throws -> Int {
        guard let owner = owners.lastIndex(where: { $0.kind == kind }) else {
            throw ModelError.noCacheToShare(layer: index, kind: kind.name)
        }
        return owner
    }

    /// The pattern is an array of bool, or a period: every period-th layer is a full one.
    private func slidingPattern(count: Int) throws -> [Bool] {
        let name = "attention.sliding_window_pattern"
        if case .array = metadata[key(name)] {
            let pattern = try metadata.boolsIfPresent(key(name)) ?? []
            guard pattern.count == count else {
                throw ModelError.wrongLength(key: key(name), expected: count, found: pattern.count)
            }
            return pattern
        }
        let period = try size(name, in: Limits.layers)
        return (0..<count).map { ($0 + 1) % period != 0 }
    }

    /// One number for all layers, or an array with one for each.
    private func perLayer(_ name: String, count: Int, in range: ClosedRange<Int>) throws -> [Int] {
        guard case .array = metadata[key(name)] else {
            return Array(repeating: try size(name, in: range), count: count)
        }
        let values = try metadata.integers(key(name))
        guard values.count == count else {
            throw ModelError.wrongLength(key: key(name), expected: count, found: values.count)
        }
        for value in values { try check(name, value, range) }
        return values
    }

    /// The width of a head, which keys, values and the rotation share.
    private func headWidth(suffix: String) throws -> Int {
        let width = try size("attention.key_length" + suffix, in: Limits.headWidth)
        guard width.isMultiple(of: 2) else {
            throw ModelError.invalidKey(
                key: key("attention.key_length" + suffix), value: "\(width)", expected: "an even number")
        }
        for name in ["attention.value_length" + suffix, "rope.dimension_count" + suffix] {
            if let other = try sizeIfPresent(name, in: Limits.headWidth), other != width {
                throw ModelError.invalidKey(
                    key: key(name), value: "\(other)",
                    expected: "\(width), the value of \(key("attention.key_length" + suffix))")
            }
        }
        return width
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ModelError.invalidKey(
                key: key(name), value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
}
