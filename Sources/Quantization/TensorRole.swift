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
    case feedForwardDown
    case other

    init(_ tensor: TensorInfo) {
        let name = tensor.name
        if Self.isKept(tensor) {
            self = .kept
        } else if name == "output.weight" {
            self = .output
        } else if name == "token_embd.weight" || name == "per_layer_token_embd.weight" {
            self = .tokenEmbedding
        } else if name.contains("attn_qkv.weight") || name.contains("attn_v.weight") {
            self = .value
        } else if name.contains("ffn_down") {
            self = .feedForwardDown
        } else {
            self = .other
        }
    }

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
}
