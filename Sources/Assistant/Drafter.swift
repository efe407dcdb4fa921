package import GGUF
package import Gemma4
internal import Tensor

/// A gemma4-assistant drafter: sizes and weights. It has no keys and values of its own.
package struct Drafter: Sendable {
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
        config = try Config(file, as: .assistant)
        let key = "\(Architecture.assistant.rawValue).embedding_length_out"
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
    /// Clusters that a step scores.
    package let clusterCount: Int

    package var clusterSize: Int { ordering.count / centroids.rows }
    package var candidateCount: Int { clusterCount * clusterSize }

    /// Nil where the file has no centroids: the dense head then.
    init?(_ file: GGUFFile, _ config: Config) throws {
        guard let info = file.tensor("masked_embd_centroids.weight") else { return nil }
        let count = info.rowCount
        guard Limits.centroids.contains(count) else {
            throw ModelError.invalidTensor(
                info.name, found: "has \(count) rows", expected: "1 to \(Limits.centroids.upperBound)")
        }
        guard config.vocabularySize.isMultiple(of: count) else {
            throw PairError.invalidOrdering("\(count) centroids do not divide \(config.vocabularySize) tokens")
        }
        centroids = try file.matrix("masked_embd_centroids.weight", shape: [count, config.embeddingLength])
        ordering = try file.int32s("masked_embd_ordering", count: config.vocabularySize)
        try Self.checkPermutation(ordering)
        let key = "\(Architecture.assistant.rawValue).centroid_top_k"
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

/// Which layer of the target a layer of the drafter reads the cache of.
package typealias LayerShare = (_ drafterLayer: Int) -> Int?

extension Drafter {
    /// The sharing that drafters are trained with: each layer reads the target's last owning layer of its kind.
    package func standardShare(with target: Target) -> LayerShare {
        let kinds = config.layers.map(\.kind.name)
        let owners = target.config.layers.filter { $0.cacheSource == .own }.map(\.kind.name)
        return { layer in owners.lastIndex(of: kinds[layer]) }
    }

    /// Checks that the drafter can read the caches that `share` names, and speak the target's tokens.
    package func checkFit(with target: Target, share: LayerShare) throws(PairError) {
        func check(_ what: String, _ drafter: Int, _ target: Int) throws(PairError) {
            guard drafter == target else { throw .mismatch(what: what, drafter: drafter, target: target) }
        }
        try check("the embedding length", targetEmbeddingLength, target.config.embeddingLength)
        try check("the vocabulary size", config.vocabularySize, target.config.vocabularySize)
        for (index, layer) in config.layers.enumerated() {
            guard let shared = share(index), target.config.layers.indices.contains(shared),
                target.config.layers[shared].cacheSource == .own
            else { throw .noSharedLayer(drafterLayer: index, kind: layer.kind.name) }
            let owner = target.config.layers[shared]
            try check("the head width of \(layer.kind.name) layers", layer.headWidth, owner.headWidth)
            try check(
                "the KV head count of \(layer.kind.name) layers", layer.keyValueHeadCount, owner.keyValueHeadCount)
            if let window = layer.kind.window, let targetWindow = owner.kind.window {
                try check("the sliding window", window, targetWindow)
            }
        }
    }
}
