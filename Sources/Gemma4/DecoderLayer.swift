package import Tensor

/// One layer: attention and a feed-forward network, each a normed branch beside the residual stream, then the layer's
/// own input embedding.
package struct DecoderLayer: Sendable {
    package let config: LayerConfig
    package let weights: LayerWeights
    package let epsilon: Float

    package init(config: LayerConfig, weights: LayerWeights, epsilon: Float) {
        self.config = config
        self.weights = weights
        self.epsilon = epsilon
    }

    /// The rows of a pass on their way through the layer.
    package struct Batch {
        /// `[rows, embd]`: read and written. Row `i` has the angles prepared for row `i`.
        package let x: Rows
        /// Whose rows they are, and the keys and values that these attend to.
        package let segments: [CacheSegment]
        /// `[rows]` pointers into the per-layer inputs: this layer's part of row i at `base + i * stride`.
        package let perLayerInputs: (base: UnsafeMutablePointer<Float>, stride: Int)?
        package let mask: AttentionMask

        package init(
            x: Rows, segments: [CacheSegment], perLayerInputs: (base: UnsafeMutablePointer<Float>, stride: Int)? = nil,
            mask: AttentionMask
        ) {
            self.x = x
            self.segments = segments
            self.perLayerInputs = perLayerInputs
            self.mask = mask
        }
    }

    /// The layer, line by line as the specification has it.
    package func forward(_ batch: Batch, rotary: RotaryEmbedding, _ a: Activations, _ compute: Compute) {
        store(batch, rotary: rotary, a, compute)
        transform(batch, rotary: rotary, a, compute)
    }

    /// The first half: leaves the rows' keys and values in their caches, and the normed rows in `a.normed`.
    package func store(_ batch: Batch, rotary: RotaryEmbedding, _ a: Activations, _ compute: Compute) {
        let normed = a.normed.rows(width: batch.x.width).prefix(batch.x.count)
        compute.begin(.norm)
        compute.norm(batch.x, weight: weights.attentionNorm, epsilon: epsilon, into: normed)
        guard let keyValue = weights.keyValue else { return }
        compute.begin(.queryKeyValue)
        let key = a.key.rows(width: config.keyWidth).prefix(normed.count)
        let value = a.value.rows(width: config.keyWidth).prefix(normed.count)
        compute.multiply(normed, by: keyValue.key, into: key)
        if let matrix = keyValue.value {
            compute.multiply(normed, by: matrix, into: value)
        } else {
            value.base.update(from: key.base, count: key.elementCount)  // before norm and rotation
        }
        let keyHeads = key.split(width: config.headWidth)
        let valueHeads = value.split(width: config.headWidth)
        compute.norm(keyHeads, weight: keyValue.keyNorm, epsilon: epsilon, into: keyHeads)
        compute.rotate(key, by: rotary)
        compute.norm(valueHeads, weight: nil, epsilon: epsilon, into: valueHeads)
        compute.store(keys: key, values: value, segments: batch.segments)
    }

    /// The second half: what becomes of the rows, whose normed ones are in `a.normed`.
    package func transform(_ batch: Batch, rotary: RotaryEmbedding, _ a: Activations, _ compute: Compute) {
        let x = batch.x
        let normed = a.normed.rows(width: x.width).prefix(x.count)
        let branch = a.branch.rows(width: x.width).prefix(x.count)
        attend(normed, batch, rotary, into: branch, a, compute)
        compute.begin(.norm)
        compute.addNormed(branch, weight: weights.postAttentionNorm, epsilon: epsilon, to: x)

        if let experts = weights.experts {
            mixture(x, experts, into: branch, a, compute)
        } else {
            compute.norm(x, weight: weights.feedForwardNorm, epsilon: epsilon, into: normed)
            feedForward(normed, weights.feedForward, into: branch, a, compute)
        }
        compute.begin(.norm)
        compute.addNormed(branch, weight: weights.postFeedForwardNorm, epsilon: epsilon, to: x)

        addPerLayerInput(batch, branch, a, compute)
        compute.scale(x, by: weights.outputScale)
    }

    private func attend(
        _ normed: Rows, _ batch: Batch, _ rotary: RotaryEmbedding, into branch: Rows, _ a: Activations,
        _ compute: Compute
    ) {
        let query = a.query.rows(width: config.queryWidth).prefix(normed.count)
        let attention = a.attention.rows(width: config.queryWidth).prefix(normed.count)
        compute.begin(.queryKeyValue)
        compute.multiply(normed, by: weights.query, into: query)
        let heads = query.split(width: config.headWidth)
        compute.norm(heads, weight: weights.queryNorm, epsilon: epsilon, into: heads)
        compute.rotate(query, by: rotary)
        compute.begin(.attention)
        compute.attention(query, segments: batch.segments, mask: batch.mask, into: attention)
        compute.begin(.attentionOutput)
        compute.multiply(attention, by: weights.attentionOutput, into: branch)
    }

    /// `branch = (gelu(y @ gate) * (y @ up)) @ down`.
    func feedForward(
        _ y: Rows, _ weights: FeedForwardWeights, into branch: Rows, _ a: Activations, _ compute: Compute
    ) {
        let gate = a.gate.rows(width: weights.gate.rows).prefix(y.count)
        let up = a.up.rows(width: weights.up.rows).prefix(y.count)
        compute.begin(.feedForward)
        compute.multiplyGated(y, gate: weights.gate, up: weights.up, into: gate, scratch: up)
        compute.multiply(gate, by: weights.down, into: branch)
    }

    /// `x += norm((gelu(x @ gate) * input) @ projection)`.
    private func addPerLayerInput(_ batch: Batch, _ branch: Rows, _ a: Activations, _ compute: Compute) {
        guard let perLayer = weights.perLayer, let inputs = batch.perLayerInputs else { return }
        let gate = a.perLayerGate.rows(width: perLayer.gate.rows).prefix(batch.x.count)
        compute.begin(.perLayer)
        compute.multiply(batch.x, by: perLayer.gate, into: gate)
        compute.gelu(gate, times: inputs.base, stride: inputs.stride)
        compute.multiply(gate, by: perLayer.projection, into: branch)
        compute.addNormed(branch, weight: perLayer.norm, epsilon: epsilon, to: batch.x)
    }
}
