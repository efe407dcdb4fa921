internal import Tensor

extension DecoderLayer {
    /// The feed-forward network that all tokens share, and beside it the best of many small ones for each token:
    /// `branch = norm(ffn(norm(x))) + norm(sum of weight * expert(norm(x)))`.
    func mixture(_ x: Rows, _ experts: ExpertWeights, into branch: Rows, _ a: Activations, _ compute: Compute) {
        guard let e = a.experts else { preconditionFailure("activations were made without experts") }
        let normed = a.normed.rows(width: x.width).prefix(x.count)
        let sum = e.sum.rows(width: x.width).prefix(x.count)
        compute.begin(.feedForward)
        route(x, experts, e, compute)
        addExperts(x, experts, into: sum, a, e, compute)
        compute.norm(sum, weight: experts.outputNorm, epsilon: epsilon, into: sum)

        compute.norm(x, weight: weights.feedForwardNorm, epsilon: epsilon, into: normed)
        feedForward(normed, weights.feedForward, into: branch, a, compute)
        compute.norm(branch, weight: experts.sharedOutputNorm, epsilon: epsilon, into: branch)
        compute.add(sum, to: branch)
    }

    /// Chooses the experts of each token: softmax over all, the best ones' shares made to sum to one, times the
    /// expert's own scale.
    private func route(_ x: Rows, _ experts: ExpertWeights, _ e: ExpertActivations, _ compute: Compute) {
        let input = e.input.rows(width: x.width).prefix(x.count)
        let scores = e.scores.rows(width: experts.config.count).prefix(x.count)
        let weights = e.weights.rows(width: experts.config.count).prefix(x.count)
        compute.norm(x, weight: nil, epsilon: epsilon, into: input)
        compute.scale(input, by: 1 / Float(x.width).squareRoot())
        compute.multiply(input, byVector: experts.routerScale)
        compute.multiply(input, by: experts.router, into: scores)
        compute.softmax(scores)
        for token in 0..<x.count {
            e.top.select(from: scores.row(token))
            let total = e.top.values.reduce(0, +)
            weights[token].update(repeating: 0, count: weights.width)
            for (expert, share) in zip(e.top.indices, e.top.values) {
                weights[token][Int(expert)] = share / total * experts.outputScale[Int(expert)]
            }
        }
    }

    /// Expert by expert, so that each one's weights are read once for all its tokens. A token's sum is always in the
    /// order of the experts' numbers, whatever batch it is in.
    private func addExperts(
        _ x: Rows, _ experts: ExpertWeights, into sum: Rows, _ a: Activations, _ e: ExpertActivations,
        _ compute: Compute
    ) {
        let input = e.input.rows(width: x.width).prefix(x.count)
        compute.norm(x, weight: experts.inputNorm, epsilon: epsilon, into: input)
        sum.base.update(repeating: 0, count: sum.elementCount)
        let shares = e.weights.rows(width: experts.config.count)
        for (expert, network) in experts.experts.enumerated() {
            let gathered = e.routed.rows(width: x.width)
            var count = 0
            for token in 0..<x.count where shares[token][expert] != 0 {
                gathered[count].update(from: input[token], count: x.width)
                count += 1
            }
            guard count > 0 else { continue }
            let output = e.output.rows(width: x.width).prefix(count)
            feedForward(gathered.prefix(count), network, into: output, a, compute)
            var row = 0
            for token in 0..<x.count where shares[token][expert] != 0 {
                compute.scale(output[row..<row + 1], by: shares[token][expert])
                compute.add(output[row..<row + 1], to: sum[token..<token + 1])
                row += 1
            }
        }
    }
}
