/// The sizes of a released model and of its drafter.
package enum Preset: String, CaseIterable, Sendable {
    case e2b, e4b
    /// The structure of E2B, with small sizes and a small vocabulary: generated in a second.
    case mini
    /// The smallest model that still has every part, for tests that load it thousands of times.
    case tiny

    var shapes: Shapes {
        switch self {
        case .e2b:
            Shapes(
                embedding: 1536, layers: 35, feedForward: 6144, keyValueHeads: 1, headWidth: 256, fullHeadWidth: 512,
                window: 512, slidingPerFull: 4, sharedLayers: 20, isDoubleWide: true, perLayer: 256,
                vocabulary: 262_144, centroids: 2048,
                drafter: DrafterShapes(embedding: 256, layers: 4, feedForward: 2048, heads: 4))
        case .e4b:
            Shapes(
                embedding: 2560, layers: 42, feedForward: 10_240, keyValueHeads: 2, headWidth: 256, fullHeadWidth: 512,
                window: 512, slidingPerFull: 5, sharedLayers: 18, isDoubleWide: false, perLayer: 256,
                vocabulary: 262_144, centroids: 2048,
                drafter: DrafterShapes(embedding: 256, layers: 4, feedForward: 2048, heads: 4))
        case .mini:
            Shapes(
                embedding: 512, layers: 10, feedForward: 2048, keyValueHeads: 1, headWidth: 64, fullHeadWidth: 128,
                window: 128, slidingPerFull: 4, sharedLayers: 5, isDoubleWide: true, perLayer: 64,
                vocabulary: 8192, centroids: 64,
                drafter: DrafterShapes(embedding: 128, layers: 4, feedForward: 512, heads: 4))
        case .tiny:
            // Widths are one block of most formats; the vocabulary has 256 bytes and a few more tokens.
            Shapes(
                embedding: 32, layers: 3, feedForward: 32, heads: 2, keyValueHeads: 1, headWidth: 32,
                fullHeadWidth: 64, window: 4, slidingPerFull: 1, sharedLayers: 1, isDoubleWide: true, perLayer: 32,
                vocabulary: 288, centroids: 36,
                drafter: DrafterShapes(embedding: 32, layers: 2, feedForward: 32, heads: 2))
        }
    }
}

struct Shapes {
    let embedding: Int
    let layers: Int
    let feedForward: Int
    var heads = 8
    let keyValueHeads: Int
    let headWidth: Int
    let fullHeadWidth: Int
    let window: Int
    /// Sliding layers between two full ones.
    let slidingPerFull: Int
    /// Layers at the end that use the keys and values of earlier layers.
    let sharedLayers: Int
    /// Whether the feed-forward networks of those layers are twice as wide.
    let isDoubleWide: Bool
    let perLayer: Int
    let vocabulary: Int
    /// Clusters of the drafter's ordered head.
    let centroids: Int
    let drafter: DrafterShapes

    /// The last layer is always full.
    func isSliding(_ layer: Int) -> Bool { layer != layers - 1 && (layer + 1) % (slidingPerFull + 1) != 0 }
    func ownsCache(_ layer: Int) -> Bool { layer < layers - sharedLayers }
    func headWidth(sliding: Bool) -> Int { sliding ? headWidth : fullHeadWidth }
    func feedForward(_ layer: Int) -> Int { isDoubleWide && !ownsCache(layer) ? 2 * feedForward : feedForward }
}

struct DrafterShapes {
    let embedding: Int
    let layers: Int
    let feedForward: Int
    let heads: Int

    func isSliding(_ layer: Int) -> Bool { layer != layers - 1 }
}
