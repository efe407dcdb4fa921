import Foundation
package import GGUF
package import Tensor

/// A Gemma 4 target: sizes and weights, which never change. Its state is a `TargetContext`.
package struct Target: Sendable {
    package let config: Config
    package let tokenEmbedding: Matrix  // [vocab, embd]
    /// Projects hidden states to logits; the embedding table unless the file has a head of its own.
    let head: Matrix  // [vocab, embd]
    let outputNorm: FloatBuffer  // [embd]
    let rotaryFactors: FloatBuffer  // [full head width / 2]
    let perLayerEmbedding: PerLayerEmbedding?
    let layers: [DecoderLayer]

    /// - Throws: `GGUFError`, `ModelError` or `TensorError`, naming the key or tensor.
    package init(_ file: GGUFFile) throws {
        config = try Config(file, as: .target)
        let (vocab, embd) = (config.vocabularySize, config.embeddingLength)
        tokenEmbedding = try file.matrix("token_embd.weight", shape: [vocab, embd])
        let ownHead = file.tensor("output.weight") != nil
        head = try ownHead ? file.matrix("output.weight", shape: [vocab, embd]) : tokenEmbedding
        outputNorm = try file.vector("output_norm.weight", count: embd)
        rotaryFactors = try file.rotaryFactors(config)
        perLayerEmbedding = try config.perLayerLength > 0 ? PerLayerEmbedding(file, config) : nil
        layers = try file.decoderLayers(config)
    }

    /// What a token's embedding is multiplied by.
    package var embeddingScale: Float { Float(config.embeddingLength).squareRoot() }
}

extension GGUFFile {
    /// The divisors of the rotation's frequencies in full layers: they must be positive; otherwise the
    /// angles become NaN.
    package func rotaryFactors(_ config: Config) throws -> FloatBuffer {
        guard let width = config.layers.first(where: { $0.kind == .full })?.headWidth else {
            return FloatBuffer(constantCount: 0)
        }
        let name = "rope_freqs.weight"
        let factors = try vector(name, count: width / 2)
        for index in 0..<factors.count where !(factors[index] > 0 && factors[index].isFinite) {
            throw ModelError.invalidTensor(
                name, found: "holds \(factors[index]) at index \(index)", expected: "a positive number")
        }
        return factors
    }

    package func decoderLayers(_ config: Config) throws -> [DecoderLayer] {
        try config.layers.indices.map { index in
            DecoderLayer(
                config: config.layers[index], weights: try LayerWeights(self, layer: index, config),
                epsilon: config.epsilon)
        }
    }
}

/// The rotary embeddings of the two kinds of layers.
package struct RotaryEmbeddings {
    private let sliding: RotaryEmbedding?
    private let full: RotaryEmbedding?

    /// - Throws: `TensorError.outOfMemory`.
    package init(_ config: Config, factors: FloatBuffer, capacity: Int) throws {
        let slidingLayer = config.layers.first { $0.kind != .full }
        let fullLayer = config.layers.first { $0.kind == .full }
        sliding = try slidingLayer.map {
            try RotaryEmbedding(width: $0.headWidth, base: config.rotaryBaseSliding, factors: nil, capacity: capacity)
        }
        full = try fullLayer.map {
            try RotaryEmbedding(width: $0.headWidth, base: config.rotaryBase, factors: factors, capacity: capacity)
        }
    }

    package func prepare(first position: Int, count: Int) {
        sliding?.prepare(first: position, count: count)
        full?.prepare(first: position, count: count)
    }

    /// The one that layers of `kind` use; nil if there is no such layer.
    package subscript(kind: AttentionKind) -> RotaryEmbedding? { kind == .full ? full : sliding }
}
