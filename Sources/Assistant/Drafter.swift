package import GGUF
package import Gemma4
internal import Tensor

/// A gemma4-assistant drafter: sizes and weights. It has no keys and values of its own.
package struct Drafter: Sendable {
    /// The architecture of its file; others follow.
    package static let architecture = architectures[0]
    /// What converters call it: llama.cpp, AtomicChat, ik_llama.cpp.
    package static let architectures = ["gemma4-assistant", "gemma4_assistant", "gemma4_mtp"]

    package let config: Config
    /// Width of the target's embeddings and hidden states.
    package let targetEmbeddingLength: Int
    /// The drafter's own table, which is also its head.
    let tokenEmbedding: Matrix  // [vocab, d]
    let outputNorm: FloatBuffer  // [d]
    /// Nil where the file has none: the target's then.
    let rotaryFactors: FloatBuffer?
    let layers: [DecoderLayer]
    let preProjection: Matrix  // [d, 2 * embd]
    let postProjection: Matrix  // [embd, d]
    package private(set) var orderedHead: OrderedHead?

    /// The same drafter scoring all of the vocabulary.
    package var withDenseHead: Drafter {
        var copy = self
        copy.orderedHead = nil
        return copy
    }

    /// - Throws: `GGUFError`, `ModelError`, `TensorError` or `PairError`, naming the key or tensor.
    package init(_ file: GGUFFile) throws {
        let file = try ModelFile(file, architectures: Self.architectures)
        try file.checkKeys()
        try self.init(file)
        try file.checkNothingIsLeft()
    }

    /// Reads what a drafter needs of `file`, and does not mind what is left.
    package init(_ file: ModelFile) throws {
        if let name = file.abandonedName { throw PairError.abandonedFormat(name: name) }
        config = try Config(file, hasCaches: false)
        let key = file.key("embedding_length_out")
        targetEmbeddingLength = try file.file.metadata.integer(key)
        guard Limits.embedding.contains(targetEmbeddingLength) else {
            throw ModelError.invalidKey(
                key: key, value: "\(targetEmbeddingLength)", expected: "1 to \(Limits.embedding.upperBound)")
        }
        let d = config.embeddingLength
        tokenEmbedding = try file.matrix("token_embd", shape: [config.vocabularySize, d])
        outputNorm = try file.vector("output_norm", count: d)
        let needsFactors = config.layers.contains { $0.kind == .full }
        rotaryFactors = try needsFactors && !file.has("rope_freqs") ? nil : file.rotaryFactors(config)
        layers = try file.decoderLayers(config)
        preProjection = try file.matrix("nextn.pre_projection", shape: [d, 2 * targetEmbeddingLength])
        postProjection = try file.matrix("nextn.post_projection", shape: [targetEmbeddingLength, d])
        orderedHead = try OrderedHead(file, config)
    }
}
