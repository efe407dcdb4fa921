package import Gemma4
internal import Tensor

/// The layer-share callback, the only way by which a drafter reaches a target's cache: the layer of the target whose
/// keys and values a layer of the drafter reads. It is asked once for each layer.
package typealias LayerShare = (_ drafterLayer: Int) -> TargetContext.OwningLayer?

extension Drafter {
    /// The sharing that drafters are trained with: each layer reads the target's last owning layer of its kind.
    package func standardShare(with target: TargetContext) -> LayerShare {
        let layers = standardLayers(of: target.target)
        return { layer in layers[layer].flatMap { target.owningLayer($0) } }
    }

    /// For each layer of the drafter, the layer of the target that it reads by the standard sharing.
    package func standardLayers(of target: Target) -> [Int?] {
        let owners = target.config.layers.filter { $0.cacheSource == .own }.map(\.kind.name)
        return config.layers.map { owners.lastIndex(of: $0.kind.name) }
    }

    /// Checks that the drafter can read the target's caches by the standard sharing, and speak its tokens.
    package func checkFit(with target: Target) throws(PairError) {
        let layers = standardLayers(of: target)
        try checkFit(with: target) { layer in layers[layer].map { target.config.layers[$0] } }
    }

    /// - Parameter owner: the layer of the target whose keys and values a layer of the drafter reads.
    func checkFit(with target: Target, owner: (_ drafterLayer: Int) -> LayerConfig?) throws(PairError) {
        func check(_ what: String, _ drafter: Int, _ target: Int) throws(PairError) {
            guard drafter == target else { throw .mismatch(what: what, drafter: drafter, target: target) }
        }
        try check("the embedding length", targetEmbeddingLength, target.config.embeddingLength)
        try check("the vocabulary size", config.vocabularySize, target.config.vocabularySize)
        for (index, layer) in config.layers.enumerated() {
            guard let owner = owner(index) else {
                throw .noSharedLayer(drafterLayer: index, kind: layer.kind.name)
            }
            try check("the head width of \(layer.kind.name) layers", layer.headWidth, owner.headWidth)
            try check(
                "the KV head count of \(layer.kind.name) layers", layer.keyValueHeadCount, owner.keyValueHeadCount)
            if let window = layer.kind.window, let targetWindow = owner.kind.window {
                try check("the sliding window", window, targetWindow)
            }
        }
    }
    /// The drafter's divisors of the rotation's frequencies; the target's if its file has none.
    func rotaryFactors(with target: Target) throws(PairError) -> FloatBuffer {
        if let rotaryFactors { return rotaryFactors }
        let needed = config.layers.first { $0.kind == .full }.map { $0.headWidth / 2 } ?? 0
        guard needed == target.rotaryFactors.count else {
            throw .mismatch(
                what: "the number of rotation factors (rope_freqs)", drafter: needed,
                target: target.rotaryFactors.count)
        }
        return target.rotaryFactors
    }
}
