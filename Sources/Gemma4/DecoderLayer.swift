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

    /// The rows of a batch on their way through the layer.
    package struct Batch {
        /// `[tokens, embd]`: read and written.
        package let x: Rows
        /// Position of row 0.
        package let firstPosition: Int
        /// Rows whose result is wanted; the others only leave their keys and values in the cache.
        package let wanted: Range<Int>
        /// Row `i` of `x` has the angles prepared for row `angleRow + i`.
        package let angleRow: Int
        /// `[tokens]` pointers into the per-layer inputs: this layer's part of row i at `base + i * stride`.
        package let perLayerInputs: (base: UnsafeMutablePointer<Float>, stride: Int)?
        package let cache: AttentionCache
        package let mask: AttentionMask

        package init(
            x: Rows, firstPosition: Int, wanted: Range<Int>, angleRow: Int = 0,
            perLayerInputs: (base: UnsafeMutablePointer<Float>, stride: Int)? = nil, cache: AttentionCache,
            mask: AttentionMask
        ) {
            self.x = x
            self.firstPosition = firstPosition
            self.wanted = wanted
            self.angleRow = angleRow
            self.perLayerInputs = perLayerInputs
            self.cache = cache
            self.mask = mask
        }
    }

    /// The layer, line by line as the specification has it.
    package func forward(_ batch: Batch, rotary: RotaryEmbedding, _ a: Activations, _ compute: Compute) {
        let normed = a.normed.rows(width: batch.x.width).prefix(batch.x.count)
        compute.begin(.norm)
        compute.norm(batch.x, weight: weights.attentionNorm, epsilon: epsilon, into: normed)
        storeKeysAndValues(normed, batch, rotary, a, compute)
        guard !batch.wanted.isEmpty else { return }

        let x = batch.x[batch.wanted]
        let branch = a.branch.rows(width: x.width).prefix(x.count)
        attend(normed[batch.wanted], batch, rotary, into: branch, a, compute)
        compute.begin(.norm)
        compute.addNormed(branch, weight: weights.postAttentionNorm, epsilon: epsilon, to: x)

        if let experts = weights.experts {
            mixture(x, experts, into: branch, a, compute)
        } else {
            compute.norm(x, weight: weights.feedForwardNorm, epsilon: epsilon, into: normed.prefix(x.count))
            feedForward(normed.prefix(x.count), weights.feedForward, into: branch, a, compute)
        }
        compute.begin(.norm)
        compute.addNormed(branch, weight: weights.postFeedForwardNorm, epsilon: epsilon, to: x)

        addPerLayerInput(to: x, batch, branch, a, compute)
        compute.scale(x, by: weights.outputScale)
    }

    private func storeKeysAndValues(
        _ normed: Rows, _ batch: Batch, _ rotary: RotaryEmbedding, _ a: Activations, _ compute: Compute
    ) {
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
        compute.rotate(key, by: rotary, firstRow: batch.angleRow)
        compute.norm(valueHeads, weight: nil, epsilon: epsilon, into: valueHeads)
        compute.store(keys: key, values: value, firstPosition: batch.firstPosition, in: batch.cache)
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
        compute.rotate(query, by: rotary, firstRow: batch.angleRow + batch.wanted.lowerBound)
        compute.begin(.attention)
        compute.attention(
            query, firstPosition: batch.firstPosition + batch.wanted.lowerBound, cache: batch.cache, mask: batch.mask,
            into: attention)
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
    private func addPerLayerInput(
        to x: Rows, _ batch: Batch, _ branch: Rows, _ a: Activations, _ compute: Compute
    ) {
        guard let perLayer = weights.perLayer, let inputs = batch.perLayerInputs else { return }
        let gate = a.perLayerGate.rows(width: perLayer.gate.rows).prefix(x.count)
        compute.begin(.perLayer)
        compute.multiply(x, by: perLayer.gate, into: gate)
        compute.gelu(gate, times: inputs.base + batch.wanted.lowerBound * inputs.stride, stride: inputs.stride)
        compute.multiply(gate, by: perLayer.projection, into: branch)
        compute.addNormed(branch, weight: perLayer.norm, epsilon: epsilon, to: x)
    }
}
