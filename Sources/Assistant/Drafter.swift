package import GGUF
package import Gemma4
internal import Tensor

/// A gemma4-assistant drafter: sizes and weights. It has no keys and values of its own.
package struct Drafter: Sendable {
    /// The architecture of its file.
    package static let architecture = "gemma4-assistant"

    package let config: Config
    /// Width of the target's embeddings and hidden states.
    package let targetEmbeddingLength: Int
    /// The drafter's own table, which is also its head.
    let tokenEmbedding: Matrix  // [vocab, d]
    let outputNorm: FloatBuffer  // [d]
    let rotaryFactors: FloatBuffer
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
        config = try Config(file, architecture: Self.architecture, hasCaches: false)
        let key = "\(Self.architecture).embedding_length_out"
        targetEmbeddingLength = try file.metadata.integer(key)
        guard Limits.embedding.contains(targetEmbeddingLength) else {
            throw ModelError.invalidKey(
                key: key, value: "\(targetEmbeddingLength)", expected: "1 to \(Limits.embedding.upperBound)")
        }
        let d = config.embeddingLength
        tokenEmbedding = try file.matrix("token_embd.weight", shape: [config.vocabularySize, d])
        outputNorm = try file.vector("output_norm.weight", count: d)
        rotaryFactors = try file.rotaryFactors(config)
        layers = try file.decoderLayers(config)
        preProjection = try file.matrix("nextn.pre_projection.weight", shape: [d, 2 * targetEmbeddingLength])
        postProjection = try file.matrix("nextn.post_projection.weight", shape: [targetEmbeddingLength, d])
        orderedHead = try OrderedHead(file, config)
    }
}

/// A head that scores the tokens of the most promising clusters only.
package struct OrderedHead: Sendable {
    let centroids: Matrix  // [centroids, d]
    /// Cluster c holds the tokens `ordering[c * clusterSize ..< (c + 1) * clusterSize]`.
    let ordering: [Int32]  // [vocab]
    /// The largest of the released models have 2048.
    package static let centroidLimit = 1...16_384

    /// Clusters that a step scores.
    package let clusterCount: Int

    package var clusterSize: Int { ordering.count / centroids.rows }
    package var candidateCount: Int { clusterCount * clusterSize }

    /// Nil where the file has no centroids: the dense head then.
    init?(_ file: GGUFFile, _ config: Config) throws {
        guard let info = file.tensor("masked_embd_centroids.weight") else { return nil }
        let count = info.rowCount
        guard Self.centroidLimit.contains(count) else {
            throw ModelError.invalidTensor(
                info.name, found: "has \(count) rows", expected: "1 to \(Self.centroidLimit.upperBound)")
        }
        guard config.vocabularySize.isMultiple(of: count) else {
            throw PairError.invalidOrdering("\(count) centroids do not divide \(config.vocabularySize) tokens")
        }
        centroids = try file.matrix("masked_embd_centroids.weight", shape: [count, config.embeddingLength])
        ordering = try file.int32s("masked_embd_ordering", count: config.vocabularySize)
        try Self.checkPermutation(ordering)
        let key = "\(Drafter.architecture).centroid_top_k"
        let clusters = try file.metadata.integerIfPresent(key)
        if let clusters, !(1...count).contains(clusters) {
            throw ModelError.invalidKey(key: key, value: "\(clusters)", expected: "1 to \(count)")
        }
        clusterCount = clusters ?? min(32, count)
    }

    /// Every token is in one cluster: one in none could never be drafted, and one in two would count twice.
    private static func checkPermutation(_ ordering: [Int32]) throws(PairError) {
        var isPlaced = [Bool](repeating: false, count: ordering.count)
        for token in ordering {
            guard ordering.indices.contains(Int(token)) else {
                throw .invalidOrdering("token \(token) is outside the vocabulary of \(ordering.count)")
            }
            guard !isPlaced[Int(token)] else { throw .invalidOrdering("token \(token) is in it twice") }
            isPlaced[Int(token)] = true
        }
    }
}
