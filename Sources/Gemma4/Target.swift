internal import Foundation
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
    package let rotaryFactors: FloatBuffer  // [full head width / 2]
    let perLayerEmbedding: PerLayerEmbedding?
    let layers: [DecoderLayer]

    /// Tokens that must never be written, in rising order: `tokenizer.ggml.suppress_tokens`. They have logits all the
    /// same, which perplexity is computed from; whoever draws tokens excludes them.
    package let suppressedTokens: [Int32]

    /// Which model it is.
    package let fingerprint: ModelFingerprint

    /// - Throws: `GGUFError`, `ModelError` or `TensorError`, naming the key or tensor.
    package init(_ file: GGUFFile) throws {
        let file = try ModelFile(file, architectures: [Self.architecture])
        try file.checkKeys()
        try self.init(file)
        try file.checkNothingIsLeft()
    }

    /// Reads what a target needs of `file`, and does not mind what is left.
    package init(_ file: ModelFile) throws {
        file.ignoreDrafter()
        config = try Config(file, hasCaches: true)
        let (vocab, embd) = (config.vocabularySize, config.embeddingLength)
        tokenEmbedding = try file.matrix("token_embd", shape: [vocab, embd])
        head = try file.has("output") ? file.matrix("output", shape: [vocab, embd]) : tokenEmbedding
        outputNorm = try file.vector("output_norm", count: embd)
        rotaryFactors = try file.rotaryFactors(config)
        perLayerEmbedding = try config.perLayerLength > 0 ? PerLayerEmbedding(file, config) : nil
        layers = try file.decoderLayers(config)
        suppressedTokens = try file.suppressedTokens(vocabulary: vocab)
        fingerprint = ModelFingerprint(file.file)
    }

    /// What a token's embedding is multiplied by.
    package var embeddingScale: Float { Float(config.embeddingLength).squareRoot() }
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

    /// Computes the angles of `count` consecutive positions, for rows from `row` on.
    package func prepare(first position: Int, count: Int, row: Int = 0) {
        for embedding in kinds { embedding.prepare(first: position, count: count, row: row) }
    }

    package subscript(layer: Int) -> RotaryEmbedding { layers[layer] }
}
