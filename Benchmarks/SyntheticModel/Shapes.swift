/// The sizes of a target. Those with a default are the same in all released models, or zero in most of them.
struct Shapes {
    let embedding: Int
    var layers: Int
    let feedForward: Int
    var heads = 8
    let keyValueHeads: Int
    /// The KV heads of full layers, whose values are their keys; nil if they have as many as the others, and values of
    /// their own.
    var fullKeyValueHeads: Int?
    var headWidth = 256
    var fullHeadWidth = 512
    let window: Int
    /// Sliding layers between two full ones.
    let slidingPerFull: Int
    /// Layers at the end that use the keys and values of earlier layers.
    var sharedLayers = 0
    /// Whether the feed-forward networks of those layers are twice as wide.
    var isDoubleWide = false
    /// Width of a layer's input embedding; 0 for none.
    var perLayer = 0
    var vocabulary = 262_144
    /// The experts beside a layer's feed-forward network.
    var experts: ExpertShapes?
    let drafter: DrafterShapes

    /// The last layer is always full.
    func isSliding(_ layer: Int) -> Bool { layer != layers - 1 && (layer + 1) % (slidingPerFull + 1) != 0 }
    func ownsCache(_ layer: Int) -> Bool { layer < layers - sharedLayers }
    func headWidth(sliding: Bool) -> Int { sliding ? headWidth : fullHeadWidth }
    func keyValueHeads(sliding: Bool) -> Int { sliding ? keyValueHeads : fullKeyValueHeads ?? keyValueHeads }
    func hasValues(sliding: Bool) -> Bool { sliding || fullKeyValueHeads == nil }
    func feedForward(_ layer: Int) -> Int { isDoubleWide && !ownsCache(layer) ? 2 * feedForward : feedForward }
}

struct ExpertShapes {
    let count: Int
    let used: Int
    let feedForward: Int
}

struct DrafterShapes {
    let embedding: Int
    let layers: Int
    let feedForward: Int
    let heads: Int
    /// Clusters of the ordered head; 0 for a dense head.
    var centroids = 0

    func isSliding(_ layer: Int) -> Bool { layer != layers - 1 }

    /// That of E2B and E4B.
    static let small = DrafterShapes(embedding: 256, layers: 4, feedForward: 2048, heads: 4, centroids: 2048)

    /// That of the larger models.
    static func large(heads: Int) -> DrafterShapes {
        DrafterShapes(embedding: 1024, layers: 4, feedForward: 8192, heads: heads)
    }
}
