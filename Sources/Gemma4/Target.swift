import Foundation
package import GGUF
package import Tensor

/// A Gemma 4 target: sizes and weights, which never change. Its state is a `TargetContext`.
package struct Target: Sendable {
    /// The architecture of its file.
    package static let architecture = "gemma4"

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
        config = try Config(file, architecture: Self.architecture, hasCaches: true)
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

/// The rotary embeddings of a model's layers, of which those of a kind share one.
package struct RotaryEmbeddings {
    private let kinds: [RotaryEmbedding]
    private let layers: [RotaryEmbedding]

    /// - Throws: `TensorError.outOfMemory`.
    package init(_ config: Config, factors: FloatBuffer, capacity: Int) throws {
        var kinds: [AttentionKind: RotaryEmbedding] = [:]
        layers = try config.layers.map { layer in
            if let embedding = kinds[layer.kind] { return embedding }
            let isFull = layer.kind == .full
            let embedding = try RotaryEmbedding(
                width: layer.headWidth, base: isFull ? config.rotaryBase : config.rotaryBaseSliding,
                factors: isFull ? factors : nil, capacity: capacity)
            kinds[layer.kind] = embedding
            return embedding
        }
        self.kinds = Array(kinds.values)
    }

    package func prepare(first position: Int, count: Int) {
        for embedding in kinds { embedding.prepare(first: position, count: count) }
    }

    package subscript(layer: Int) -> RotaryEmbedding { layers[layer] }
}
