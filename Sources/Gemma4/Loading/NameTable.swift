/// What other converters call the keys and tensors of a model, in one table: the rest of the engine knows our names,
/// which are llama.cpp's.
///
/// Names are given as the table's users see them: keys without the architecture, tensors without `.weight`, which some
/// files leave out, and those of a layer without `blk.N.`.
package enum NameTable {
    // MARK: - Keys

    /// Our key, then what others call it.
    static let keys: [String: [String]] = [
        // The drafters of AtomicChat and ik_llama.cpp.
        "embedding_length_out": ["n_embd_backbone", "backbone_embedding_length"],
        "centroid_count": ["n_centroids"],
        // Ollama's reader knows these two.
        "rope.freq_base_swa": ["rope.local.freq_base"],
        "attention.head_count_kv_full": ["attention.global_head_count_kv"],
    ]

    /// Keys that would change the result and are not applied, and the values with which they change nothing; none where
    /// no value is harmless.
    static let unappliedKeys: [(key: String, neutral: [NeutralValue])] = [
        ("attention.causal", [.flag(true)]),
        ("attention.clamp_kqv", [.number(0)]),
        ("attention.max_alibi_bias", [.number(0)]),
        ("attention.scale", [.number(1)]),
        ("attn_logit_softcapping", [.number(0)]),
        ("altup.num_inputs", []),
        ("activation_sparsity_scale", []),
        ("embedding_scale", [.number(0)]),
        ("expert_gating_func", [.number(1)]),  // softmax
        ("expert_group_count", [.number(0), .number(1)]),
        ("expert_weights_norm", [.flag(true)]),
        ("expert_weights_scale", [.number(0), .number(1)]),
        ("logit_scale", [.number(0), .number(1)]),
        ("residual_scale", [.number(0), .number(1)]),
        ("rope.dimension_sections", []),
        ("rope.scale_linear", [.number(0), .number(1)]),
        ("rope.scaling.attn_factor", [.number(1)]),
        ("rope.scaling.factor", [.number(0), .number(1)]),
        ("rope.scaling.type", [.text("none"), .text("linear")]),  // linear with a factor of 1
        ("use_parallel_residual", [.flag(false)]),
    ]

    /// A value of a key that changes nothing.
    enum NeutralValue: CustomStringConvertible {
        case number(Double)
        case flag(Bool)
        case text(String)

        var description: String {
            switch self {
            case .number(let value): value == value.rounded() ? "\(Int(value))" : "\(value)"
            case .flag(let value): "\(value)"
            case .text(let value): value
            }
        }
    }

    // MARK: - Tensors

    /// What others call a tensor, and our name.
    private static let tensors = [
        // Drafters of AtomicChat.
        "mtp.pre_projection": "nextn.pre_projection", "mtp.post_projection": "nextn.post_projection",
        "mtp.centroids": "masked_embd_centroids", "mtp.token_ordering": "masked_embd_ordering",
        // Drafters of ik_llama.cpp.
        "mtp_pre_proj": "nextn.pre_projection", "mtp_post_proj": "nextn.post_projection",
        "mtp_centroids": "masked_embd_centroids", "mtp_token_ordering": "masked_embd_ordering",
    ]

    /// The same for the tensors of a layer.
    private static let layerTensors = [
        "layer_scalar": "layer_output_scale",
        // The second names in Ollama's reader.
        "attn_post_norm": "post_attention_norm", "ffn_pre_norm": "ffn_norm", "ffn_post_norm": "post_ffw_norm",
        "ffn_pre_norm_2": "pre_ffw_norm_2", "ffn_post_norm_1": "post_ffw_norm_1", "ffn_post_norm_2": "post_ffw_norm_2",
        "ffn_gate_inp.per_expert_scale": "ffn_down_exps.scale",
    ]

    /// The drafter format of a pull request that was closed; nobody publishes such files any more, and no program reads
    /// them.
    static let abandonedKey = "backbone_hidden_size"
    static let abandonedTensors = ["assist_pre_proj", "assist_post_proj", "assist_embed_centroids"]

    /// How the names of the text model's tensors begin. Others belong to a part of the file that is not used: images,
    /// audio, a drafter inside of the target.
    private static let textPrefixes = [
        "blk.", "output", "token_embd", "token_types", "per_layer_", "rope", "position_embd", "nextn.", "mtp.", "mtp_",
        "masked_embd", "assist_", "altup", "cls", "dec.", "enc.",
    ]

    /// What comes after a tensor's name to say what it is of it.
    static let scale = ".scale", bias = ".bias", inputScale = ".input_scale"

    /// Our name of a tensor; nil if it does not belong to the text model.
    package static func ours(_ name: String) -> String? {
        guard textPrefixes.contains(where: name.hasPrefix) else { return nil }
        let (stem, suffix) = divided(name)
        guard let (layer, inner) = layer(of: stem) else { return (tensors[stem] ?? stem) + suffix }
        // A name of the table may itself end like a companion.
        return "blk.\(layer)." + (layerTensors[inner + suffix] ?? (layerTensors[inner] ?? inner) + suffix)
    }

    /// The name without `.weight`, and the companion's suffix if it is one.
    private static func divided(_ name: String) -> (stem: String, suffix: String) {
        for suffix in [inputScale, scale, bias] where name.hasSuffix(suffix) {
            return (String(name.dropLast(suffix.count)), suffix)
        }
        return (name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name, "")
    }

    /// The number of the layer that a tensor belongs to, and its name in there; nil if it belongs to none.
    static func layer(of name: String) -> (index: Int, name: String)? {
        guard name.hasPrefix("blk.") else { return nil }
        let rest = name.dropFirst("blk.".count)
        guard let dot = rest.firstIndex(of: "."), let index = Int(rest[..<dot]) else { return nil }
        return (index, String(rest[rest.index(after: dot)...]))
    }
}
