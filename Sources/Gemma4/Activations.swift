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

    package init(_ config: Config, tokens: Int) {
        func buffer(_ width: Int) -> FloatBuffer { FloatBuffer(count: tokens * width) }
        func widest(_ width: (LayerConfig) -> Int) -> Int { config.layers.map(width).max() ?? 0 }
        let ownsCache = config.owningLayerCount > 0
        let feedForward = max(widest(\.feedForwardLength), config.experts?.feedForwardLength ?? 0)
        self.tokens = tokens
        x = buffer(config.embeddingLength)
        normed = buffer(config.embeddingLength)
        branch = buffer(config.embeddingLength)
        query = buffer(widest(\.queryWidth))
        key = buffer(ownsCache ? widest(\.keyWidth) : 0)
        value = buffer(ownsCache ? widest(\.keyWidth) : 0)
        attention = buffer(widest(\.queryWidth))
        gate = buffer(feedForward)
        up = buffer(feedForward)
        perLayerGate = buffer(config.perLayerLength)
        experts = config.experts.map { ExpertActivations($0, embd: config.embeddingLength, tokens: tokens) }
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

    init(_ config: ExpertConfig, embd: Int, tokens: Int) {
        func buffer(_ width: Int) -> FloatBuffer { FloatBuffer(count: tokens * width) }
        input = buffer(embd)
        routed = buffer(embd)
        output = buffer(embd)
        sum = buffer(embd)
        scores = buffer(config.count)
        weights = buffer(config.count)
        top = TopK(capacity: config.usedCount)
    }
}
