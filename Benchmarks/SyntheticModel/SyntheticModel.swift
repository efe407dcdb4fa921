package import GGUF

/// A target and a drafter with the exact shapes of released models and random weights.
///
/// The generated text is meaningless, but the cost is realistic: each token reads the same bytes and does the same
/// arithmetic as with the real checkpoint. The files do not contain a tokenizer.
package struct SyntheticModel: Sendable, Hashable {
    package let preset: Preset
    package let type: WeightType
    /// Layers of the target; nil for all of the preset's, also after their number was assigned.
    package var layers: Int? {
        didSet { if layers == preset.shapes.layers { layers = nil } }
    }
    /// Whether some channels of keys are much larger than the others; see `KeyOutliers`.
    package var hasKeyOutliers = false

    package init(_ preset: Preset, type: WeightType = .q8_0) {
        self.preset = preset
        self.type = type
    }

    /// From `e2b` or `e2b:q8_0`.
    package init?(_ text: String) {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let preset = Preset(rawValue: parts[0]),
            let type = parts.count == 2 ? WeightType(rawValue: parts[1]) : .q8_0
        else { return nil }
        self.init(preset, type: type)
    }

    /// What tells this model from others with the same weights' type, for names of files.
    var name: String {
        "gemma-4-\(preset.rawValue)-random" + (layers.map { "-\($0)-layers" } ?? "")
            + (hasKeyOutliers ? "-key-outliers" : "")
    }

    private var shapes: Shapes {
        var shapes = preset.shapes
        if let layers { shapes.layers = layers }
        return shapes
    }

    private var outliers: KeyOutliers { KeyOutliers(isEnabled: hasKeyOutliers) }

    /// The file of the target. Weights are generated while it is written.
    package func target() throws(GGUFError) -> GGUFWriter {
        let shapes = shapes
        var builder = ModelBuilder(architecture: "gemma4", name: name, type: type)
        let layers = 0..<shapes.layers
        let embd = shapes.embedding
        try builder.addAttentionKeys(shapes, sliding: layers.map(shapes.isSliding))
        try builder.add("embedding_length", embd)
        try builder.add("feed_forward_length", layers.map(shapes.feedForward))
        try builder.add("attention.head_count", shapes.heads)
        try builder.add("attention.shared_kv_layers", shapes.sharedLayers)
        try builder.add("embedding_length_per_layer_input", shapes.perLayer)
        try builder.add("final_logit_softcapping", .float32(30))
        if let experts = shapes.experts {
            try builder.add("expert_count", experts.count)
            try builder.add("expert_used_count", experts.used)
            try builder.add("expert_feed_forward_length", experts.feedForward)
        }

        try builder.addRotaryFactors(shapes)
        try builder.add(matrix: "token_embd", shapes.vocabulary, embd)
        try builder.add(norm: "output_norm", embd)
        if shapes.perLayer > 0 {
            try builder.add(matrix: "per_layer_token_embd", shapes.vocabulary, shapes.perLayer * shapes.layers)
            try builder.add(matrix: "per_layer_model_proj", shapes.perLayer * shapes.layers, embd)
            try builder.add(norm: "per_layer_proj_norm", shapes.perLayer)
        }
        for layer in layers { try add(layer, shapes, to: &builder) }
        return builder.writer
    }

    private func add(_ layer: Int, _ shapes: Shapes, to builder: inout ModelBuilder) throws(GGUFError) {
        let prefix = "blk.\(layer)."
        let embd = shapes.embedding
        let isSliding = shapes.isSliding(layer)
        let width = shapes.headWidth(sliding: isSliding)
        let factors = outliers.factors(width: width)
        if shapes.ownsCache(layer) {
            let keyWidth = shapes.keyValueHeads(sliding: isSliding) * width
            try builder.add(matrix: prefix + "attn_k", keyWidth, embd)
            try builder.add(norm: prefix + "attn_k_norm", factors: factors)
            if shapes.hasValues(sliding: isSliding) { try builder.add(matrix: prefix + "attn_v", keyWidth, embd) }
        }
        try builder.addLayer(
            prefix, embedding: embd, queryWidth: shapes.heads * width, keyFactors: factors,
            feedForward: shapes.feedForward(layer))
        if let experts = shapes.experts { try builder.addExperts(prefix, experts, embedding: embd) }
        guard shapes.perLayer > 0 else { return }
        try builder.add(matrix: prefix + "inp_gate", shapes.perLayer, embd)
        try builder.add(matrix: prefix + "proj", embd, shapes.perLayer)
        try builder.add(norm: prefix + "post_norm", embd)
    }

    /// The file of the drafter.
    package func drafter() throws(GGUFError) -> GGUFWriter {
        let shapes = shapes
        let drafter = shapes.drafter
        var builder = ModelBuilder(architecture: "gemma4-assistant", name: name + "-assistant", type: type)
        let layers = 0..<drafter.layers
        let d = drafter.embedding
        try builder.addAttentionKeys(shapes, sliding: layers.map(drafter.isSliding))
        try builder.add("embedding_length", d)
        try builder.add("embedding_length_out", shapes.embedding)
        try builder.add("nextn_predict_layers", drafter.layers)
        try builder.add("feed_forward_length", drafter.feedForward)
        try builder.add("attention.head_count", drafter.heads)
        try builder.add("attention.shared_kv_layers", drafter.layers)
        try builder.add("embedding_length_per_layer_input", 0)

        try builder.addRotaryFactors(shapes)
        try builder.add(matrix: "token_embd", shapes.vocabulary, d)
        try builder.add(norm: "output_norm", d)
        try builder.add(matrix: "nextn.pre_projection", d, 2 * shapes.embedding)
        try builder.add(matrix: "nextn.post_projection", shapes.embedding, d)
        if drafter.centroids > 0 {
            try builder.add(matrix: "masked_embd_centroids", drafter.centroids, d)
            try builder.add(permutation: "masked_embd_ordering", shapes.vocabulary)
        }
        for layer in layers {
            let width = shapes.headWidth(sliding: drafter.isSliding(layer))
            try builder.addLayer(
                "blk.\(layer).", embedding: d, queryWidth: drafter.heads * width,
                keyFactors: outliers.factors(width: width), feedForward: drafter.feedForward)
        }
        return builder.writer
    }
}
