internal import GGUF
internal import Gemma4

/// The role of a tensor in a mix, derived from its name. The roles are those of llama-quantize.
enum TensorRole: Equatable {
    /// Never converted.
    case kept
    /// The table of token embeddings, and that of the per-layer embeddings.
    case tokenEmbedding
    case output
    /// The value projection, alone or fused with others. It loses most from having few bits.
    case value
    case queryOrKey
    case attentionOutput
    /// Gate or up projection, of experts too.
    case feedForwardInput
    /// The down projection, of experts too.
    case feedForwardDown
    case other

    /// By our name of the tensor, whoever converted the file. What does not belong to the text model is kept.
    init(_ tensor: TensorInfo) {
        guard let name = NameTable.ours(tensor.name), !Self.isKept(tensor, name) else {
            self = .kept
            return
        }
        self =
            switch name {
            case "output": .output
            case "token_embd", "per_layer_token_embd": .tokenEmbedding
            default: Self.parts.first { name.contains($0.0) }?.1 ?? .other
            }
    }

    /// Roles by a part of the name. `attn_qkv` counts as a value projection. llama-quantize does the same; it
    /// has a rule of its own for `attn_qkv` too, but never reaches it.
    private static let parts: [(String, TensorRole)] = [
        (".attn_qkv", .value), (".attn_v", .value), (".attn_q", .queryOrKey), (".attn_k", .queryOrKey),
        (".attn_output", .attentionOutput), (".ffn_down", .feedForwardDown), (".ffn_gate", .feedForwardInput),
        (".ffn_up", .feedForwardInput),
    ]

    /// Vectors, norms, anything that is not a weight, and small matrices for which the loss outweighs the saved bytes:
    /// the router, the projection to the per-layer inputs, and the centroids of the drafter's ordered head, which
    /// select clusters of tokens as a router selects experts.
    private static func isKept(_ tensor: TensorInfo, _ name: String) -> Bool {
        // As in ggml, trailing dimensions of 1 do not count.
        let isVector = tensor.dimensions.dropFirst().allSatisfy { $0 == 1 }
        let small = [".ffn_gate_inp", "per_layer_model_proj", "masked_embd_centroids"]
        return isVector || !tensor.name.hasSuffix("weight") || name.hasSuffix("_norm")
            || small.contains { name.contains($0) }
    }
}

extension TensorInfo {
    /// The N of `blk.N.`
    var layer: Int? {
        guard name.hasPrefix("blk.") else { return nil }
        return Int(name.dropFirst(4).prefix { $0 != "." })
    }

    /// Whether it holds the matrices of several experts. As in ggml, trailing dimensions of 1 do not count.
    var isStacked: Bool { sliceCount > 1 }

    /// How many matrices it holds.
    var sliceCount: Int { dimensions.dropFirst(2).reduce(1, *) }
}
