import Sampling
import Testing

/// The outcome of a draft and its verification has the target's distribution, for any drafter.
@Suite("Rejection sampling")
struct RejectionSamplingTests {
    private static let target = Distribution(tokens: [0, 1, 2, 3, 4], probabilities: [0.4, 0.3, 0.15, 0.1, 0.05])

    /// Drafters of every kind: the same, close, opposite, one that leaves tokens out, one that adds some.
    static let drafters: [[Float]] = [
        [0.4, 0.3, 0.15, 0.1, 0.05, 0], [0.3, 0.4, 0.1, 0.1, 0.1, 0], [0.05, 0.1, 0.15, 0.3, 0.4, 0],
        [0.9, 0.1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1], [0.1, 0.1, 0.1, 0.1, 0.1, 0.5],
    ]

    @Test("200,000 outcomes of each drafter follow the target", arguments: drafters)
    func distribution(_ probabilities: [Float]) throws {
        let p = Self.target
        let q = Distribution(
            tokens: (0..<6).filter { probabilities[$0] > 0 }.map(Int32.init),
            probabilities: probabilities.filter { $0 > 0 })
        var sampler = Sampler(SamplingOptions(seed: 42))
        var rejection = RejectionSampling(vocabularySize: 6)
        var counts = [Int](repeating: 0, count: 6)
        let trials = 200_000
        for _ in 0..<trials {
            let draft = sampler.draw(from: q) ?? -1
            let accepted = rejection.accepts(draft, target: p, drafter: q, sampler: &sampler)
            let token = accepted ? draft : rejection.replacement(target: p, drafter: q, sampler: &sampler)
            counts[Int(try #require(token))] += 1
        }
        #expect(counts[5] == 0)
        var chiSquare = 0.0
        for (token, probability) in zip(p.tokens, p.probabilities) {
            let expected = Double(probability) * Double(trials)
            let difference = Double(counts[Int(token)]) - expected
            chiSquare += difference * difference / expected
        }
        // The 99.9 % quantile at 4 degrees of freedom is 18.5; the seed is fixed, so this never flakes.
        #expect(chiSquare < 18.5)
    }

    @Test("The share that is accepted is the overlap of the two distributions", arguments: drafters)
    func acceptance(_ probabilities: [Float]) {
        let p = Self.target
        let q = Distribution(tokens: Array(0..<6), probabilities: probabilities)
        var sampler = Sampler(SamplingOptions(seed: 3))
        let rejection = RejectionSampling(vocabularySize: 6)
        let overlap = zip(p.probabilities, probabilities).reduce(0) { $0 + min($1.0, $1.1) }
        var accepted = 0
        for _ in 0..<50_000 {
            let draft = sampler.draw(from: q) ?? -1
            if rejection.accepts(draft, target: p, drafter: q, sampler: &sampler) { accepted += 1 }
        }
        // Five standard errors of a share at 50,000 trials.
        #expect(abs(Double(accepted) / 50_000 - Double(overlap)) <= 5 * 0.5 / 50_000.0.squareRoot())
    }

    @Test("Greedy is the case of one token: equal is accepted, anything else replaced by the target's")
    func greedy() {
        let p = Distribution(tokens: [3], probabilities: [1])
        var sampler = Sampler(SamplingOptions(temperature: 0, seed: 0))
        var rejection = RejectionSampling(vocabularySize: 6)
        for _ in 0..<100 {
            #expect(rejection.accepts(3, target: p, drafter: p, sampler: &sampler))
            let other = Distribution(tokens: [4], probabilities: [1])
            #expect(!rejection.accepts(4, target: p, drafter: other, sampler: &sampler))
            #expect(rejection.replacement(target: p, drafter: other, sampler: &sampler) == 3)
        }
    }
}
