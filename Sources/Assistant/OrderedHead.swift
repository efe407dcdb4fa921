internal import GGUF
internal import Gemma4
internal import Tensor

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

    /// Nil where the file has no centroids, or says that they are not used: the dense head then.
    init?(_ file: ModelFile, _ config: Config) throws {
        let (centroidsName, orderingName) = ("masked_embd_centroids", "masked_embd_ordering")
        let key = file.key("use_ordered_embeddings")
        if case .bool(false) = file.file.metadata[key] {
            for name in [centroidsName, orderingName] { file.ignore(name, because: "metadata key \(key) is false") }
            return nil
        }
        guard let info = file.tensor(centroidsName) else { return nil }
        let count = info.rowCount
        guard Self.centroidLimit.contains(count) else {
            throw ModelError.invalidTensor(
                info.name, found: "has \(count) rows", expected: "1 to \(Self.centroidLimit.upperBound)")
        }
        let statedKey = file.key("centroid_count")
        if let stated = try file.file.metadata.integerIfPresent(statedKey), stated != count {
            throw ModelError.invalidKey(
                key: statedKey, value: "\(stated)", expected: "\(count), the rows of \(info.name)")
        }
        guard config.vocabularySize.isMultiple(of: count) else {
            throw PairError.invalidOrdering("\(count) centroids do not divide \(config.vocabularySize) tokens")
        }
        centroids = try file.matrix(centroidsName, shape: [count, config.embeddingLength])
        let values = try file.int32s(orderingName, count: config.vocabularySize)
        ordering = try Self.ordering(values, clusters: count)
        clusterCount = try Self.clusterCount(file, of: count)
    }

    private static func clusterCount(_ file: ModelFile, of count: Int) throws -> Int {
        let key = file.key("centroid_top_k")
        let clusters = try file.file.metadata.integerIfPresent(key)
        if let clusters, !(1...count).contains(clusters) {
            throw ModelError.invalidKey(key: key, value: "\(clusters)", expected: "1 to \(count)")
        }
        return clusters ?? min(32, count)
    }

    /// The tokens by cluster.
    /// - Parameter values: either that, or the cluster of each token, as ik_llama.cpp writes it. With more tokens than
    ///   clusters no list of values can be both: the first holds every token, the second no number from the clusters'
    ///   number on. With as many of each both are permutations, and the first is meant.
    private static func ordering(_ values: [Int32], clusters: Int) throws(PairError) -> [Int32] {
        guard clusters < values.count, values.allSatisfy({ (0..<clusters).contains(Int($0)) }) else {
            try checkPermutation(values)
            return values
        }
        let size = values.count / clusters
        var counts = [Int](repeating: 0, count: clusters)
        var ordering = [Int32](repeating: 0, count: values.count)
        for (token, cluster) in values.enumerated() {
            let cluster = Int(cluster)
            guard counts[cluster] < size else {
                throw .invalidOrdering("cluster \(cluster) has more than \(size) tokens, its share of \(values.count)")
            }
            ordering[cluster * size + counts[cluster]] = Int32(token)
            counts[cluster] += 1
        }
        return ordering
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
