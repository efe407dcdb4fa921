internal import GGUF

/// What a tensor is to a mix of formats, by its name; the roles are llama-quantize's.
enum TensorRole: Equatable {
    /// Stays as it is, whatever the file is quantized to.
    case kept
    /// The tables of token embeddings, that of the layers too.
    case tokenEmbedding
    case output
    /// The value projection, alone or fused with others: it suffers most from few bits.
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

    /// Vectors and norms, what is no weight, and small matrices whose errors cost more than their bytes: the router, the
    /// projection to the per-layer inputs, and the centroids of the drafter's ordered head, which choose among clusters
    /// of tokens as a router does among experts.
    private static func isKept(_ tensor: TensorInfo) -> Bool {
        let name = tensor.name
        // As in ggml, trailing dimensions of 1 do not count.
        let isVector = tensor.dimensions.dropFirst().allSatisfy { $0 == 1 }
        let small = ["_norm.weight", "ffn_gate_inp.weight", "per_layer_model_proj", "masked_embd_centroids"]
        return isVector || !name.hasSuffix("weight") || small.contains { name.contains($0) }
    }
}

extension TensorInfo {
    /// N of `blk.N.`
    var layer: Int? {
        guard name.hasPrefix("blk.") else { return nil }
        return Int(name.dropFirst(4).prefix { $0 != "." })
    }
}
