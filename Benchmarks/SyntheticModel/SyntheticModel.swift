package import GGUF

/// A target and a drafter with the exact shapes of released models and random weights.
///
/// The generated text is meaningless, but the cost is realistic: each token reads the same bytes and does the same
/// arithmetic as with the real checkpoint. The files do not contain a tokenizer.
package struct SyntheticModel: Sendable, Hashable {
    package let preset: Preset
    package let type: WeightType

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

    /// The file of the target. Weights are generated while it is written.
    package func target() throws(GGUFError) -> GGUFWriter {
        let shapes = preset.shapes
        var builder = ModelBuilder(architecture: "gemma4", name: "gemma-4-\(preset)-random", type: type)
        let layers = 0..<shapes.layers
        let embd = shapes.embedding
        try builder.addAttentionKeys(shapes, sliding: layers.map(shapes.isSliding))
        try builder.add("embedding_length", embd)
        try builder.add("feed_forward_length", layers.map(shapes.feedForward))
        try builder.add("attention.head_count", shapes.heads)
        try builder.add("attention.head_count_kv", layers.map { _ in shapes.keyValueHeads })
        try builder.add("attention.shared_kv_layers", shapes.sharedLayers)
        try builder.add("embedding_length_per_layer_input", shapes.perLayer)
        try builder.add("final_logit_softcapping", .float32(30))

        try builder.addRotaryFactors(shapes)
        try builder.add(matrix: "token_embd", shapes.vocabulary, embd)
        try builder.add(norm: "output_norm", embd)
        try builder.add(matrix: "per_layer_token_embd", shapes.vocabulary, shapes.perLayer * shapes.layers)
        try builder.add(matrix: "per_layer_model_proj", shapes.perLayer * shapes.layers, embd)
        try builder.add(norm: "per_layer_proj_norm", shapes.perLayer)
        for layer in layers {
            let prefix = "blk.\(layer)."
            let width = shapes.headWidth(sliding: shapes.isSliding(layer))
            if shapes.ownsCache(layer) {
                try builder.add(matrix: prefix + "attn_k", shapes.keyValueHeads * width, embd)
                try builder.add(norm: prefix + "attn_k_norm", width)
                try builder.add(matrix: prefix + "attn_v", shapes.keyValueHeads * width, embd)
            }
            try builder.addLayer(
                prefix, embedding: embd, queryWidth: shapes.heads * width, headWidth: width,
                feedForward: shapes.feedForward(layer))
            try builder.add(matrix: prefix + "inp_gate", shapes.perLayer, embd)
            try builder.add(matrix: prefix + "proj", embd, shapes.perLayer)
            try builder.add(norm: prefix + "post_norm", embd)
        }
        return builder.writer
    }

    /// The file of the drafter, which has an ordered head.
    package func drafter() throws(GGUFError) -> GGUFWriter {
        let shapes = preset.shapes
        let drafter = shapes.drafter
        var builder = ModelBuilder(
            architecture: "gemma4-assistant", name: "gemma-4-\(preset)-random-assistant", type: type)
        let layers = 0..<drafter.layers
        let d = drafter.embedding
        try builder.addAttentionKeys(shapes, sliding: layers.map(drafter.isSliding))
        try builder.add("embedding_length", d)
        try builder.add("embedding_length_out", shapes.embedding)
        try builder.add("nextn_predict_layers", drafter.layers)
        try builder.add("feed_forward_length", drafter.feedForward)
        try builder.add("attention.head_count", drafter.heads)
        try builder.add("attention.head_count_kv", layers.map { _ in shapes.keyValueHeads })
        try builder.add("attention.shared_kv_layers", drafter.layers)
        try builder.add("embedding_length_per_layer_input", 0)

        try builder.addRotaryFactors(shapes)
        try builder.add(matrix: "token_embd", shapes.vocabulary, d)
        try builder.add(norm: "output_norm", d)
        try builder.add(matrix: "nextn.pre_projection", d, 2 * shapes.embedding)
        try builder.add(matrix: "nextn.post_projection", shapes.embedding, d)
        try builder.add(matrix: "masked_embd_centroids", shapes.centroids, d)
        try builder.add(permutation: "masked_embd_ordering", shapes.vocabulary)
        for layer in layers {
            let width = shapes.headWidth(sliding: drafter.isSliding(layer))
            try builder.addLayer(
                "blk.\(layer).", embedding: d, queryWidth: drafter.heads * width, headWidth: width,
                feedForward: drafter.feedForward)
        }
        return builder.writer
    }
}
