package import Tensor

/// The buffers of a forward pass, allocated once for `tokens` rows at most.
///
/// Widths differ between layers; a buffer has the size of the widest and is viewed at the width at hand.
package final class Activations {
    package let tokens: Int
    let x: FloatBuffer  // [tokens, embd]: the residual stream
    let normed: FloatBuffer  // [tokens, embd]: a branch's input
    let branch: FloatBuffer  // [tokens, embd]: a branch's result
    let query: FloatBuffer  // [tokens, heads * hd]
    let key: FloatBuffer  // [tokens, kv heads * hd]
    let value: FloatBuffer  // [tokens, kv heads * hd]
    let attention: FloatBuffer  // [tokens, heads * hd]
    let gate: FloatBuffer  // [tokens, ff]
    let up: FloatBuffer  // [tokens, ff]
    let perLayerGate: FloatBuffer  // [tokens, ple]
    let experts: ExpertActivations?
    /// The width of the widest rows that are multiplied by a matrix.
    package let widestInput: Int

    /// - Throws: `TensorError.outOfMemory`.
    package init(_ config: Config, tokens: Int) throws(TensorError) {
        func buffer(_ width: Int) throws(TensorError) -> FloatBuffer { try FloatBuffer(count: tokens, width) }
        func widest(_ width: (LayerConfig) -> Int) -> Int { config.layers.map(width).max() ?? 0 }
        let ownsCache = config.owningLayerCount > 0
        let feedForward = max(widest(\.feedForwardLength), config.experts?.feedForwardLength ?? 0)
        self.tokens = tokens
        widestInput = max(config.embeddingLength, widest(\.queryWidth), feedForward, config.perLayerLength)
        x = try buffer(config.embeddingLength)
        normed = try buffer(config.embeddingLength)
        branch = try buffer(config.embeddingLength)
        query = try buffer(widest(\.queryWidth))
        key = try buffer(ownsCache ? widest(\.keyWidth) : 0)
        value = try buffer(ownsCache ? widest(\.keyWidth) : 0)
        attention = try buffer(widest(\.queryWidth))
        gate = try buffer(feedForward)
        up = try buffer(feedForward)
        perLayerGate = try buffer(config.perLayerLength)
        experts =
            if let experts = config.experts {
                try ExpertActivations(experts, embd: config.embeddingLength, tokens: tokens)
            } else {
                nil
            }
    }

    /// The residual stream of `count` rows.
    package func stream(_ count: Int, width: Int) -> Rows { x.rows(width: width).prefix(count) }
}

/// The buffers of a mixture of experts.
final class ExpertActivations {
    let input: FloatBuffer  // [tokens, embd]: every row, normed
    let routed: FloatBuffer  // [tokens, embd]: the rows of one expert, gathered
    let output: FloatBuffer  // [tokens, embd]: one expert's results
    let sum: FloatBuffer  // [tokens, embd]
    let scores: FloatBuffer  // [tokens, experts]
    /// Weight of expert e for token t, 0 where it is not among the chosen.
    let weights: FloatBuffer  // [tokens, experts]
    var top: TopK

    init(_ config: ExpertConfig, embd: Int, tokens: Int) throws(TensorError) {
        func buffer(_ width: Int) throws(TensorError) -> FloatBuffer { try FloatBuffer(count: tokens, width) }
        input = try buffer(embd)
        routed = try buffer(embd)
        output = try buffer(embd)
        sum = try buffer(embd)
        scores = try buffer(config.count)
        weights = try buffer(config.count)
        top = TopK(capacity: config.usedCount)
    }
}
