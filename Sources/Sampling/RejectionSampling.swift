/// Speculative sampling (Leviathan et al., https://arxiv.org/abs/2211.17192): accepts or replaces a drafted token so
/// that the outcome has the target's distribution, whatever the drafter's.
package struct RejectionSampling: Sendable {
    private let vocabularySize: Int
    /// The drafter's probabilities by token while one residual is computed; zero otherwise. Empty before the first.
    private var drafted: [Float] = []
    private var residual = Distribution()

    package init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

    /// Accepts `token`, drawn from `q`, with probability min(1, p/q).
    package func accepts(
        _ token: Int32, target p: Distribution, drafter q: Distribution, sampler: inout Sampler
    ) -> Bool {
        sampler.uniform() * Double(q.probability(of: token)) < Double(p.probability(of: token))
    }

    /// A draw from max(0, p - q) normalised: the token in place of a refused one.
    package mutating func replacement(
        target p: Distribution, drafter q: Distribution, sampler: inout Sampler
    ) -> Int32? {
        if drafted.isEmpty { drafted = Array(repeating: 0, count: vocabularySize) }
        for (token, probability) in zip(q.tokens, q.probabilities) { drafted[Int(token)] = probability }
        defer { for token in q.tokens { drafted[Int(token)] = 0 } }
        residual.removeAll()
        for (token, probability) in zip(p.tokens, p.probabilities) where probability > drafted[Int(token)] {
            residual.tokens.append(token)
            residual.probabilities.append(probability - drafted[Int(token)])
        }
        // p = q but for rounding: nothing is left, and any draw from p is right.
        return sampler.draw(from: residual.count > 0 ? residual : p)
    }
}
