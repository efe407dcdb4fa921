/// Adds a number to the logits of some tokens.
struct LogitBias: SamplingStep {
    private var biases = TokenMap<Float>()

    init(_ biases: [Int32: Float]) {
        for (token, bias) in biases.sorted(by: { $0.key < $1.key }) { self.biases[token] = bias }
    }

    var keepsLargest: Bool { false }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        candidates.update(biases) { logit, bias in logit + bias }
    }
}
