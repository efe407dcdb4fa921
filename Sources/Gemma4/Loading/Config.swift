internal import Foundation
internal import GGUF
package import Tensor

/// What a layer attends to.
package enum AttentionKind: Hashable, Sendable {
    case sliding(window: Int)
    case full

    package var window: Int? { if case .sliding(let window) = self { window } else { nil } }
    package var name: String { if case .sliding = self { "sliding" } else { "full" } }
}

/// Whose keys and values a layer reads.
package enum CacheSource: Hashable, Sendable {
    case own
    /// The cache of a layer before it.
    case layer(Int)
    /// A cache that does not belong to the model: whoever runs the layer says which.
    case outside
}

/// The sizes of one layer.
package struct LayerConfig: Hashable, Sendable {
    package let kind: AttentionKind
    package let cacheSource: CacheSource
    package let headCount: Int
    package let keyValueHeadCount: Int
    package let headWidth: Int
    package let feedForwardLength: Int

    package var queryWidth: Int { headCount * headWidth }
    package var keyWidth: Int { keyValueHeadCount * headWidth }
}

extension Compute {
    /// Makes room for the attention of a layer to its cache.
    package func reserveAttention(tokens: Int, _ layer: LayerConfig) throws(TensorError) {
        try reserveAttention(
            tokens: tokens, headCount: layer.headCount, keyValueHeadCount: layer.keyValueHeadCount,
            width: layer.headWidth)
    }
}

/// The sizes of the experts beside a layer's feed-forward network.
package struct ExpertConfig: Hashable, Sendable {
    package let count: Int
    package let usedCount: Int
    package let feedForwardLength: Int
}

/// The hyperparameters of a model of Gemma 4's layers, read from the metadata of its file.
package struct Config: Sendable {
    /// What `general.architecture` says, which is also the prefix of the keys.
    package let architecture: String
    package let layers: [LayerConfig]
    package let vocabularySize: Int
    package let contextLength: Int
    package let embeddingLength: Int
    package let epsilon: Float
    package let rotaryBase: Double
    package let rotaryBaseSliding: Double
    /// Width of a layer's input embedding; 0 for none.
    package let perLayerLength: Int
    /// Nil for none, as drafters have it.
    package let logitSoftCap: Float?
    package let experts: ExpertConfig?

    /// Layers that own a cache; the others come after them.
    package var owningLayerCount: Int { layers.count { $0.cacheSource == .own } }

    /// What the rotation's base is where the file does not say so: that of every released model. llama.cpp takes 10000
    /// for both.
    private static let usualRotaryBase = 1e6, usualRotaryBaseSliding = 1e4

    /// The soft cap of a target whose file does not give one: that of every released model, and llama.cpp's.
    private static let usualLogitSoftCap: Float = 30

    /// - Parameter hasCaches: whether layers have keys and values, their own or those of a layer before; all read a
    ///   cache outside of the model otherwise.
    /// - Throws: `GGUFError` for a missing key or one of another type, `ModelError` for one that contradicts another.
    package init(_ file: ModelFile, hasCaches: Bool) throws {
        let keys = ConfigReader(file: file)
        architecture = file.architecture
        let layerCount = try keys.size("block_count", in: Limits.layers)
        contextLength = try keys.size("context_length", in: Limits.contextLength)
        embeddingLength = try keys.size("embedding_length", in: Limits.embedding)
        epsilon = Float(try keys.number("attention.layer_norm_rms_epsilon", in: Limits.epsilon))
        rotaryBase = try keys.numberIfPresent("rope.freq_base", in: Limits.rotaryBase) ?? Self.usualRotaryBase
        rotaryBaseSliding =
            try keys.numberIfPresent("rope.freq_base_swa", in: Limits.rotaryBase) ?? Self.usualRotaryBaseSliding
        perLayerLength = try keys.perLayerLength(layerCount: layerCount)
        logitSoftCap = try keys.logitSoftCap(usual: hasCaches ? Self.usualLogitSoftCap : nil)
        experts = try keys.experts()
        layers = try keys.layers(count: layerCount, hasCaches: hasCaches)
        guard let table = file.tensor("token_embd") else { throw GGUFError.missingTensor("token_embd.weight") }
        vocabularySize = table.rowCount
        guard Limits.vocabulary.contains(vocabularySize) else {
            throw ModelError.invalidTensor(
                table.name, found: "has \(vocabularySize) rows", expected: "1 to \(Limits.vocabulary.upperBound)")
        }
    }
}
