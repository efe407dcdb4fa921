import Sampling
import Testing

/// Whole vocabularies and long texts.
@Suite("Samplers at full size")
struct LargeTests {
    private static let vocabulary = 262_144

    private func logits(seed: UInt64) -> [Float] {
        var generator = Xoshiro256(seed: seed)
        // Some are equal, some are zero, and zero has two signs.
        return (0..<Self.vocabulary).map { _ in Float(Int.random(in: -40_000...40_000, using: &generator)) / -2048 }
    }

    private func distribution(_ options: SamplingOptions, _ logits: [Float], after text: [Int32] = []) -> Distribution {
        var (sampler, result, logits) = (Sampler(options), Distribution(), logits)
        logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, after: History(text), into: &result) }
        return result
    }

    @Test("A whole vocabulary is sorted, equal ones by their numbers")
    func sorting() {
        let logits = logits(seed: 1)
        let expected = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }.map(Int32.init)
        #expect(distribution(SamplingOptions(topK: 0, topP: 1), logits).tokens == expected)
        #expect(distribution(SamplingOptions(topK: 1000, topP: 1), logits).tokens == Array(expected.prefix(1000)))
        #expect(distribution(SamplingOptions(topK: 5000, topP: 1), logits).tokens == Array(expected.prefix(5000)))
        let minP = distribution(SamplingOptions(topK: 0, topP: 1, minP: 0.01), logits).tokens
        #expect(minP == Array(expected.prefix { logits[Int($0)] >= logits[Int(expected[0])] - 4.6051702 }))
    }

    @Test("DRY takes linear time in a text that repeats itself throughout")
    func repetitiveText() {
        let clock = ContinuousClock()
        let options = SamplingOptions(topK: 1, dry: .init(multiplier: 1, lastN: -1))
        for period in [1, 2, 3, 1000] as [Int32] {
            let text = (0..<200_000).map { Int32($0) % period }
            // Quadratic time would be minutes.
            let time = clock.measure { _ = distribution(options, [1, 2, 3, 4], after: text) }
            #expect(time < .seconds(2))
        }
    }

    @Test("The largest DRY penalty is finite where a power would not be, and removes its token")
    func largePenalty() {
        let options = SamplingOptions(topK: 0, topP: 1, dry: .init(multiplier: 1, base: 10, lastN: -1))
        let result = distribution(options, [1, 2, 3], after: Array(repeating: 1, count: 1000))
        #expect(result.tokens == [2, 0, 1] && result.probabilities[2] == 0)
    }

    @Test(
        "NaN and infinite logits give no token or an ordinary one, with every sampler", arguments: SamplerKind.allCases)
    func notANumber(_ kind: SamplerKind) {
        var options = SamplingOptions(
            temperature: 0.5, topK: 2, topP: 0.5, minP: 0.5, typicalP: 0.5, topNSigma: 1,
            xtc: .init(probability: 1), repeatPenalty: 2, dry: .init(multiplier: 1))
        for mirostat in [SamplingOptions.Mirostat.off, .version2()] {
            (options.samplers, options.mirostat) = ([kind], mirostat)
            for logits in [
                [], [.nan, .nan], [-.infinity, -.infinity], [.infinity, 1], [.infinity, .infinity, .nan],
            ] as [[Float]] {
                #expect(distribution(options, logits, after: [0, 1, 0, 1]).count == 0)
            }
            for logits in [[1, .nan, 2, -.infinity], [-.infinity, 1, 2, .nan]] as [[Float]] {
                let result = distribution(options, logits, after: [0, 1, 0, 1])
                #expect(result.tokens.allSatisfy { logits[Int($0)].isFinite })
                #expect(result.probabilities.allSatisfy { (0...1).contains($0) })
            }
        }
    }
}
