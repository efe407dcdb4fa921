package import Tensor

/// What a decode has to read.
extension Target {
    /// The matrices that a decode of one row reads as a whole. Of a layer's experts, the first ones stand for those
    /// that are chosen.
    package var decodeMatrices: [Matrix] {
        var matrices = layers.flatMap { $0.weights.decodeMatrices }
        if let perLayerEmbedding { matrices.append(perLayerEmbedding.projection) }
        matrices.append(head)
        return matrices
    }

    /// Bytes of weights that a decode of one row reads: its matrices, and a row of each embedding table.
    package var decodeByteCount: Int {
        decodeMatrices.reduce(tokenEmbedding.rowBytes + (perLayerEmbedding?.table.rowBytes ?? 0)) {
            $0 + $1.byteCount
        }
    }
}

extension LayerWeights {
    fileprivate var decodeMatrices: [Matrix] {
        var matrices = [query, attentionOutput] + feedForward.matrices
        if let keyValue { matrices += [keyValue.key] + (keyValue.value.map { [$0] } ?? []) }
        if let perLayer { matrices += [perLayer.gate, perLayer.projection] }
        if let experts {
            matrices += [experts.router] + experts.experts.prefix(experts.config.usedCount).flatMap(\.matrices)
        }
        return matrices
    }
}

extension FeedForwardWeights {
    fileprivate var matrices: [Matrix] { [gate, up, down] }
}

extension KeyValueCache {
    /// Bytes of keys and values that a decode of the token at `position` reads: every layer its own window of them,
    /// whether or not a layer before it has read the same.
    package func decodeByteCount(at position: Int, _ config: Config) -> Int {
        config.layers.indices.reduce(0) { bytes, index in
            let visible = min(position + 1, config.layers[index].kind.window ?? .max)
            return bytes + layers[index].bytesPerPosition * visible
        }
    }
}
