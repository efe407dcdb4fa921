internal import GGUF
package import Tensor

/// The tensors of one layer; `embd` is the embedding length, `hd` the layer's head width.
package struct LayerWeights: Sendable {
    package let attentionNorm: FloatBuffer  // [embd]
    package let query: Matrix  // [heads * hd, embd]
    package let queryNorm: FloatBuffer  // [hd]
    /// Nil where the layer reads another layer's cache.
    package let keyValue: KeyValueWeights?
    package let attentionOutput: Matrix  // [embd, heads * hd]
    package let postAttentionNorm: FloatBuffer  // [embd]
    package let feedForwardNorm: FloatBuffer  // [embd]
    package let feedForward: FeedForwardWeights
    package let experts: ExpertWeights?
    package let postFeedForwardNorm: FloatBuffer  // [embd]
    package let perLayer: PerLayerWeights?
    package let outputScale: Float
}

package struct KeyValueWeights: Sendable {
    package let key: Matrix  // [kv heads * hd, embd]
    /// Nil where V = K.
    package let value: Matrix?  // [kv heads * hd, embd]
    package let keyNorm: FloatBuffer  // [hd]
}

package struct FeedForwardWeights: Sendable {
    package let gate: Matrix  // [ff, embd]
    package let up: Matrix  // [ff, embd]
    package let down: Matrix  // [embd, ff]
}

/// The gated input embedding of a layer; `ple` is its length.
package struct PerLayerWeights: Sendable {
    package let gate: Matrix  // [ple, embd]
    package let projection: Matrix  // [embd, ple]
    package let norm: FloatBuffer  // [embd]
}

package struct ExpertWeights: Sendable {
    package let config: ExpertConfig
    package let router: Matrix  // [experts, embd]
    package let routerScale: FloatBuffer  // [embd]
    package let inputNorm: FloatBuffer  // [embd]
    package let sharedOutputNorm: FloatBuffer  // [embd]
    package let outputNorm: FloatBuffer  // [embd]
    package let outputScale: FloatBuffer  // [experts]
    /// Of each expert.
    package let experts: [FeedForwardWeights]
}

extension LayerWeights {
    /// Reads the tensors `blk.<index>.*`, their shapes checked against `config`.
    package init(_ file: ModelFile, layer index: Int, _ config: Config) throws {
        let layer = config.layers[index]
        let embd = config.embeddingLength
        let tensors = LayerTensors(file: file, prefix: "blk.\(index).")
        (query, keyValue) = try tensors.attention(layer, embd)
        attentionNorm = try tensors.vector("attn_norm", embd)
        queryNorm = try tensors.vector("attn_q_norm", layer.headWidth)
        attentionOutput = try tensors.matrix("attn_output", [embd, layer.queryWidth])
        postAttentionNorm = try tensors.vector("post_attention_norm", embd)
        feedForwardNorm = try tensors.vector("ffn_norm", embd)
        feedForward = try tensors.feedForward(layer.feedForwardLength, embd)
        experts = try tensors.experts(config)
        postFeedForwardNorm = try tensors.vector("post_ffw_norm", embd)
        perLayer = try config.perLayerLength > 0 ? tensors.perLayer(config.perLayerLength, embd) : nil
        outputScale = try tensors.has("layer_output_scale") ? tensors.vector("layer_output_scale", 1)[0] : 1
    }
}

/// Tensors by their names within a layer.
private struct LayerTensors {
    let file: ModelFile
    let prefix: String

    func has(_ name: String) -> Bool { file.has(prefix + name) }

    func matrix(_ name: String, _ shape: [Int]) throws -> Matrix { try file.matrix(prefix + name, shape: shape) }

    func vector(_ name: String, _ count: Int) throws -> FloatBuffer { try file.vector(prefix + name, count: count) }

    /// Query, key and value: three matrices, two where V = K, one that is all of them (`attn_qkv`), or the query alone.
    func attention(_ layer: LayerConfig, _ embd: Int) throws -> (Matrix, KeyValueWeights?) {
        let keyEnd = layer.queryWidth + layer.keyWidth
        let fused = try has("attn_qkv") ? matrix("attn_qkv", [keyEnd + layer.keyWidth, embd]) : nil
        guard layer.cacheSource == .own else {
            for name in ["attn_k", "attn_v", "attn_k_norm"] {
                file.ignore(prefix + name, because: "the layer reads another's keys and values")
            }
            return (try fused?[0..<layer.queryWidth] ?? matrix("attn_q", [layer.queryWidth, embd]), nil)
        }
        let keyNorm = try vector("attn_k_norm", layer.headWidth)
        if let fused {
            let keyValue = KeyValueWeights(
                key: fused[layer.queryWidth..<keyEnd], value: fused[keyEnd..<keyEnd + layer.keyWidth], keyNorm: keyNorm)
            return (fused[0..<layer.queryWidth], keyValue)
        }
        let keyValue = KeyValueWeights(
            key: try matrix("attn_k", [layer.keyWidth, embd]),
            value: has("attn_v") ? try matrix("attn_v", [layer.keyWidth, embd]) : nil, keyNorm: keyNorm)
        return (try matrix("attn_q", [layer.queryWidth, embd]), keyValue)
    }

    func feedForward(_ length: Int, _ embd: Int) throws -> FeedForwardWeights {
        FeedForwardWeights(
            gate: try matrix("ffn_gate", [length, embd]), up: try matrix("ffn_up", [length, embd]),
            down: try matrix("ffn_down", [embd, length]))
    }

    func perLayer(_ length: Int, _ embd: Int) throws -> PerLayerWeights {
        PerLayerWeights(
            gate: try matrix("inp_gate", [length, embd]), projection: try matrix("proj", [embd, length]),
            norm: try vector("post_norm", embd))
    }

    func experts(_ config: Config) throws -> ExpertWeights? {
        guard has("ffn_gate_inp") else { return nil }
        guard let experts = config.experts else {
            throw GGUFError.missingKey("\(config.architecture).expert_count")
        }
        let embd = config.embeddingLength
        // The two scales are the router's own: of its input, and of each expert's share.
        return ExpertWeights(
            config: experts, router: try file.unscaledMatrix(prefix + "ffn_gate_inp", shape: [experts.count, embd]),
            routerScale: try vector("ffn_gate_inp.scale", embd),
            inputNorm: try vector("pre_ffw_norm_2", embd), sharedOutputNorm: try vector("post_ffw_norm_1", embd),
            outputNorm: try vector("post_ffw_norm_2", embd),
            outputScale: try vector("ffn_down_exps.scale", experts.count),
            experts: try expertMatrices(experts, embd))
    }

    /// Gate and up come as one tensor, gate rows first, or as two.
    private func expertMatrices(_ experts: ExpertConfig, _ embd: Int) throws -> [FeedForwardWeights] {
        let (count, length) = (experts.count, experts.feedForwardLength)
        let down = try file.matrices(prefix + "ffn_down_exps", shape: [count, embd, length], isScaled: false)
        if has("ffn_gate_up_exps") {
            let both = try file.matrices(prefix + "ffn_gate_up_exps", shape: [count, 2 * length, embd])
            return zip(both, down).map { both, down in
                FeedForwardWeights(gate: both[0..<length], up: both[length..<2 * length], down: down)
            }
        }
        let gate = try file.matrices(prefix + "ffn_gate_exps", shape: [count, length, embd])
        let up = try file.matrices(prefix + "ffn_up_exps", shape: [count, length, embd])
        return (0..<count).map { FeedForwardWeights(gate: gate[$0], up: up[$0], down: down[$0]) }
    }
}
