internal import GGUF

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

    init(_ tensor: TensorInfo) {
        let name = tensor.name
        self =
            if Self.isKept(tensor) {
                .kept
            } else if name == "output.weight" {
                .output
            } else if name == "token_embd.weight" || name == "per_layer_token_embd.weight" {
                .tokenEmbedding
            } else if let (_, role) = Self.parts.first(where: { name.contains($0.0) }) {
                role
            } else {
                .other
            }
    }

    /// Roles by a part of the name.
    private static let parts: [(String, TensorRole)] = [
        ("attn_qkv.weight", .value), ("attn_v.weight", .value), ("attn_q.weight", .queryOrKey),
        ("attn_k.weight", .queryOrKey), ("attn_output.weight", .attentionOutput), ("ffn_down", .feedForwardDown),
        ("ffn_gate", .feedForwardInput), ("ffn_up", .feedForwardInput),
    ]

    /// Vectors, norms, anything that is not a weight, and small matrices for which the loss outweighs the saved bytes:
    /// the router, the projection to the per-layer inputs, and the centroids of the drafter's ordered head, which
    /// select clusters of tokens as a router selects experts.
    private static func isKept(_ tensor: TensorInfo) -> Bool {
        let name = tensor.name
        // As in ggml, trailing dimensions of 1 do not count.
        let isVector = tensor.dimensions.dropFirst().allSatisfy { $0 == 1 }
        let small = ["_norm.weight", "ffn_gate_inp.weight", "per_layer_model_proj", "masked_embd_centroids"]
        return isVector || !name.hasSuffix("weight") || small.contains { name.contains($0) }
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
