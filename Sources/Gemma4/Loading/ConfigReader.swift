internal import GGUF

/// Reads and checks the keys under an architecture's prefix.
struct ConfigReader {
    let file: ModelFile

    private var metadata: GGUFMetadata { file.file.metadata }

    private func key(_ name: String) -> String { file.key(name) }

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
        guard let value = try numberIfPresent(name, in: range) else { throw GGUFError.missingKey(key(name)) }
        return value
    }

    func numberIfPresent(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let value = try metadata.numberIfPresent(key(name)) else { return nil }
        guard range.contains(value) else {
            throw ModelError.invalidKey(
                key: key(name), value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// The soft cap of the logits; nil for none, which the file may say with a zero.
    /// - Parameter usual: the cap if the file does not give one.
    func logitSoftCap(usual: Float?) throws -> Float? {
        let name = "final_logit_softcapping"
        if try metadata.numberIfPresent(key(name)) == 0 { return nil }
        return try numberIfPresent(name, in: Limits.logitSoftCap).map { Float($0) } ?? usual
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
            feedForwardLength: try sameEverywhere("expert_feed_forward_length", in: Limits.feedForward))
    }

    /// A number, or an array of equal ones.
    private func sameEverywhere(_ name: String, in range: ClosedRange<Int>) throws -> Int {
        guard case .array = metadata[key(name)] else { return try size(name, in: range) }
        let values = try metadata.integers(key(name))
        guard let first = values.first else { throw ModelError.wrongLength(key: key(name), expected: 1, found: 0) }
        if let other = values.first(where: { $0 != first }) {
            throw ModelError.invalidKey(
                key: key(name), value: "\(first) in one layer and \(other) in another", expected: "the same in all")
        }
        try check(name, first, range)
        return first
    }

    func layers(count: Int, hasCaches: Bool) throws -> [LayerConfig] {
        let window = try size("attention.sliding_window", in: Limits.slidingWindow)
        let isSliding = try slidingPattern(count: count)
        let headCounts = try perLayer("attention.head_count", count: count, in: Limits.heads)
        let keyValueHeadCounts = try keyValueHeadCounts(isSliding)
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

    /// A number for all layers or one for each; a file may have another number for all full layers.
    private func keyValueHeadCounts(_ isSliding: [Bool]) throws -> [Int] {
        let counts = try perLayer("attention.head_count_kv", count: isSliding.count, in: Limits.heads)
        guard let full = try sizeIfPresent("attention.head_count_kv_full", in: 0...Limits.heads.upperBound), full > 0
        else { return counts }
        return zip(counts, isSliding).map { $1 ? $0 : full }
    }

    /// The pattern is an array of bool or of 0 and 1, or a period: every period-th layer is a full one.
    private func slidingPattern(count: Int) throws -> [Bool] {
        let name = "attention.sliding_window_pattern"
        if case .array(let array) = metadata[key(name)] {
            let pattern =
                try array.elementType == .bool
                ? metadata.boolsIfPresent(key(name)) ?? []
                : metadata.integers(key(name)).map { value in
                    try check(name, value, 0...1)
                    return value == 1
                }
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
