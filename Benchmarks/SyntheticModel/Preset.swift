/// The sizes of a released model and of its drafter.
package enum Preset: String, CaseIterable, Sendable {
    case e2b, e4b
    case dense12b = "12b"
    case experts26b = "26b-a4b"
    case dense31b = "31b"
    /// The structure of E2B, with small sizes and a small vocabulary: generated in a second. Heads are wide enough for
    /// every type of cache.
    case mini
    /// The same of 26B-A4B.
    case miniExperts = "mini-a4b"
    /// The smallest model that still has every part, for tests that load it thousands of times.
    case tiny

    /// Those that are useful to measure.
    package static let measured = allCases.filter { $0 != .tiny }

    /// The context of all of them, in tokens.
    package static let contextLength = 131_072

    var shapes: Shapes {
        switch self {
        case .e2b:
            Shapes(
                embedding: 1536, layers: 35, feedForward: 6144, keyValueHeads: 1, window: 512, slidingPerFull: 4,
                sharedLayers: 20, isDoubleWide: true, perLayer: 256, drafter: .small)
        case .e4b:
            Shapes(
                embedding: 2560, layers: 42, feedForward: 10_240, keyValueHeads: 2, window: 512, slidingPerFull: 5,
                sharedLayers: 18, perLayer: 256, drafter: .small)
        case .dense12b:
            Shapes(
                embedding: 3840, layers: 48, feedForward: 15_360, heads: 16, keyValueHeads: 8, fullKeyValueHeads: 1,
                window: 1024, slidingPerFull: 5, drafter: .large(heads: 16))
        case .experts26b:
            Shapes(
                embedding: 2816, layers: 30, feedForward: 2112, heads: 16, keyValueHeads: 8, fullKeyValueHeads: 2,
                window: 1024, slidingPerFull: 5, experts: ExpertShapes(count: 128, used: 8, feedForward: 704),
                drafter: .large(heads: 16))
        case .dense31b:
            Shapes(
                embedding: 5376, layers: 60, feedForward: 21_504, heads: 32, keyValueHeads: 16, fullKeyValueHeads: 4,
                window: 1024, slidingPerFull: 5, drafter: .large(heads: 32))
        case .mini:
            Shapes(
                embedding: 512, layers: 10, feedForward: 2048, keyValueHeads: 1, headWidth: 128, fullHeadWidth: 256,
                window: 128, slidingPerFull: 4, sharedLayers: 5, isDoubleWide: true, perLayer: 64, vocabulary: 8192,
                drafter: DrafterShapes(embedding: 128, layers: 4, feedForward: 512, heads: 4, centroids: 64))
        case .miniExperts:
            Shapes(
                embedding: 256, layers: 12, feedForward: 256, heads: 4, keyValueHeads: 2, fullKeyValueHeads: 1,
                headWidth: 128, fullHeadWidth: 256, window: 128, slidingPerFull: 5, vocabulary: 8192,
                experts: ExpertShapes(count: 16, used: 4, feedForward: 96),
                drafter: DrafterShapes(embedding: 128, layers: 4, feedForward: 512, heads: 4))
        case .tiny:
            // Widths are one block of most formats; the vocabulary has 256 bytes and a few more tokens.
            Shapes(
                embedding: 32, layers: 3, feedForward: 32, heads: 2, keyValueHeads: 1, headWidth: 32,
                fullHeadWidth: 64, window: 4, slidingPerFull: 1, sharedLayers: 1, isDoubleWide: true, perLayer: 32,
                vocabulary: 288,
                drafter: DrafterShapes(embedding: 32, layers: 2, feedForward: 32, heads: 2, centroids: 36))
        }
    }

    /// The numbers of layers to which the model can be cut: whole periods, so that the drafter finds both kinds of
    /// layers. Empty for models whose last layers share the caches of others.
    package var shorterLayerCounts: [Int] {
        let shapes = shapes
        guard shapes.sharedLayers == 0 else { return [] }
        let period = shapes.slidingPerFull + 1
        return Array(stride(from: period, through: shapes.layers, by: period))
    }
}
