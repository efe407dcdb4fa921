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
    ///
    /// Any other key that nothing reads is listed as not used, because nobody can know what it means. A key that comes
    /// with tensors need not be here: those are refused.
    static let unappliedKeys: [(key: String, neutral: [NeutralValue])] = [
        ("attention.causal", [.flag(true)]),
        ("attention.clamp_kqv", [.number(0)]),
        ("attention.max_alibi_bias", [.number(0)]),
        ("attention.output_scale", [.number(0), .number(1)]),
        ("attention.scale", [.number(0), .number(1)]),
        ("attention.temperature_scale", [.number(0)]),
        ("attention.use_kq_norm", [.flag(true)]),
        ("attn_logit_softcapping", [.number(0)]),
        ("altup.num_inputs", []),
        ("activation_sparsity_scale", [.number(0)]),
        ("embedding_scale", [.number(0), .rootOfWidth]),
        ("expert_gating_func", [.number(0), .number(1)]),  // softmax
        ("expert_group_count", [.number(0), .number(1)]),
        ("expert_weights_norm", [.flag(true)]),
        ("expert_weights_scale", [.number(0), .number(1)]),
        ("hidden_act", tanhGELU),
        ("hidden_activation", tanhGELU),
        ("logit_scale", [.number(0), .number(1)]),
        ("residual_scale", [.number(0), .number(1)]),
        ("rope.dimension_sections", [.number(0)]),
        ("rope.freq_scale", [.number(0), .number(1)]),
        ("rope.scale_linear", [.number(0), .number(1)]),
        ("rope.scaling.alpha", [.number(0), .number(1)]),
        ("rope.scaling.attn_factor", [.number(0), .number(1)]),
        ("rope.scaling.factor", [.number(0), .number(1)]),
        // Linear with a factor of 1. The proportional rotation of full layers is what rope_freqs holds.
        ("rope.scaling.type", [.text("none"), .text("default"), .text("linear"), .text("proportional")]),
        ("router_logit_softcapping", [.number(0)]),
        ("swin_norm", [.flag(false)]),
        ("use_parallel_residual", [.flag(false)]),
    ]

    /// The names of Gemma 4's activation function.
    private static let tanhGELU = ["gelu_pytorch_tanh", "gelu_tanh", "gelu_new"].map(NeutralValue.text)

    /// Keys that say what is known without them.
    static let informativeKeys: Set = ["vocab_size", "nextn_predict_layers", "rope.scaling.finetuned"]

    /// A value of a key that changes nothing. An array is neutral if all of its elements are.
    enum NeutralValue: CustomStringConvertible {
        case number(Double)
        case flag(Bool)
        case text(String)
        /// The square root of the embedding length, possibly rounded to eight bits, as models in BF16 have it.
        case rootOfWidth

        var description: String {
            switch self {
            case .number(let value): value == value.rounded() ? "\(Int(value))" : "\(value)"
            case .flag(let value): "\(value)"
            case .text(let value): value
            case .rootOfWidth: "the square root of embedding_length"
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

    /// How the names of tensors begin that belong to another part of the file: images, sound, and a drafter inside the
    /// target. All others count as the text model's, and unknown ones are refused, so that nothing that may change the
    /// text is ignored silently.
    private static let foreignPrefixes = [
        "v.", "a.", "mm.", "draft.", "vision", "audio", "multi_modal", "multimodal", "embed_vision", "embed_audio",
        "resampler.",
    ]

    /// How the names of tensors begin that only drafters have. In a target they have no effect.
    private static let drafterPrefixes = ["nextn.", "mtp.", "mtp_", "masked_embd"]

    /// Whether a tensor, by our name, is part of a drafter.
    static func belongsToDrafter(_ name: String) -> Bool {
        let inner = layer(of: name)?.name ?? name
        return drafterPrefixes.contains(where: inner.hasPrefix)
    }

    /// The endings of tensors that belong to another one.
    static let scale = ".scale", bias = ".bias", inputScale = ".input_scale"

    /// Our name of a tensor; nil if it does not belong to the text model.
    package static func ours(_ name: String) -> String? {
        guard !foreignPrefixes.contains(where: name.hasPrefix) else { return nil }
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
        guard let dot = rest.firstIndex(of: "."), let index = layerNumber(rest[..<dot]) else { return nil }
        return (index, String(rest[rest.index(after: dot)...]))
    }

    /// `Int.init` alone would also take `+1`, `02` and `-1`.
    private static func layerNumber(_ digits: Substring) -> Int? {
        guard let number = Int(digits), number >= 0, String(number).utf8.elementsEqual(digits.utf8) else { return nil }
        return number
    }
}
