package import Tensor

/// The memory of the keys and values of any number of sequences of a model: pages of 64 positions, in a group for the
/// layers that see all positions and one for those that see a window.
package final class CachePool: Sendable {
    /// Layers that forget at the same distance.
    package struct Group: Sendable {
        /// How many positions a token sees, itself included; nil for all.
        package let window: Int?
        package let pages: PagePool

        /// The first of the positions that a token at `position` sees.
        func start(at position: Int) -> Int { window.map { max(0, position - $0 + 1) } ?? 0 }
    }

    /// Where a layer's keys and values are.
    struct Place: Sendable {
        let group: Int
        let layer: PageLayout.Layer
    }

    package let types: CacheTypes
    package let groups: [Group]
    /// By layer of the model. A layer without keys and values of its own has the place of the layer that it shares.
    let places: [Place]
    let config: Config

    /// - Throws: `TensorError.unsupportedHeadWidth` where a type's blocks do not divide a layer's heads.
    package init(_ config: Config, types: CacheTypes = .init()) throws(TensorError) {
        self.config = config
        self.types = types
        var windows: [Int?] = []
        for layer in config.owningLayers where !windows.contains(layer.kind.window) {
            windows.append(layer.kind.window)
        }
        var groups: [Group] = []
        for window in windows {
            let heads = config.owningLayers.filter { $0.kind.window == window }.map(\.heads)
            let layout = try PageLayout(heads, keyType: types.key, valueType: types.value)
            groups.append(Group(window: window, pages: PagePool(layout)))
        }
        self.groups = groups
        var places: [Place] = []
        var used = [Int](repeating: 0, count: groups.count)
        for (index, layer) in config.layers.enumerated() {
            switch layer.cacheSource {
            case .own:
                guard let group = windows.firstIndex(of: layer.kind.window) else {
                    preconditionFailure("each window has a group")
                }
                places.append(Place(group: group, layer: groups[group].pages.layout.layers[used[group]]))
                used[group] += 1
            case .layer(let owner): places.append(places[owner])
            case .outside: preconditionFailure("layer \(index) reads a cache of another model")
            }
        }
        self.places = places
    }

    /// Bytes of all pages that somebody refers to.
    package var heldBytes: Int { groups.reduce(0) { $0 + $1.pages.heldBytes } }
}

extension Config {
    fileprivate var owningLayers: [LayerConfig] { layers.filter { $0.cacheSource == .own } }
}

extension LayerConfig {
    fileprivate var heads: PageLayout.Heads { PageLayout.Heads(count: keyValueHeadCount, width: headWidth) }
}
