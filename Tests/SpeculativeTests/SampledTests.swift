import Foundation
import Gemma4
import Sampling
import Speculative
import Tensor
import Testing

/// With a temperature the drafter changes the text but not its distribution.
@Suite("Sampled speculation")
struct SampledTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    @Test("The same seed gives the same text, on any number of threads", arguments: [0, 3])
    func seeds(_ drafts: Int) throws {
        func text(seed: UInt64, threads: Int) throws -> [Int32] {
            let sampling = SamplingOptions(temperature: 0.8, topK: 40, seed: seed)
            return try pair.decoder(drafts: drafts, threads: threads, sampling: sampling)
                .decode(StoryPair.start, count: 100)
        }
        let first = try text(seed: 11, threads: 1)
        #expect(try text(seed: 11, threads: 1) == first)
        #expect(try text(seed: 11, threads: 2) == first)
        #expect(try text(seed: 12, threads: 1) != first)
    }

    @Test("The same holds for the automatic number of drafts, after any earlier text")
    func automaticSeeds() throws {
        let sampling = SamplingOptions(temperature: 0.8, topK: 40, seed: 11)
        func text(threads: Int, rehearsals: Int) throws -> [Int32] {
            let decoder = try pair.decoder(drafts: 3, threads: threads, sampling: sampling).automatic()
            for _ in 0..<rehearsals {
                decoder.restart()
                _ = try decoder.decode(StoryPair.start, count: 50)
            }
            decoder.restart()
            decoder.begin(sampler: Sampler(sampling), options: decoder.options)
            let text = try decoder.decode(StoryPair.start, count: 150)
            #expect(decoder.draftLengthPolicy.map(DraftEstimates.init)?.passTimes.isEmpty == true)
            #expect(decoder.statistics.roundsByDraftLength.filter { $0 > 0 }.count > 2)
            return text
        }
        let first = try text(threads: 1, rehearsals: 0)
        #expect(try text(threads: 2, rehearsals: 0) == first)
        #expect(try text(threads: 1, rehearsals: 2) == first)
    }

    /// The three tokens after a prompt: the first from the prompt's pass, two from rounds with a draft in them. With
    /// three candidates each there are 27 outcomes, whose exact probabilities the target alone gives.
    @Test("Three tokens follow the target's exact distribution")
    func distribution() throws {
        let sampling = SamplingOptions(temperature: 1.5, topK: 3, topP: 1, seed: 5)
        let exact = try exactProbabilities(sampling)
        let decoder = try pair.decoder(drafts: 2, context: 16, batch: 16, sampling: sampling)
        let prompt = StoryPair.start
        let trials = 2500
        var counts: [[Int32]: Int] = [:]
        var accepted = 0
        for _ in 0..<trials {
            decoder.restart()
            counts[try decoder.decode(prompt, count: 3), default: 0] += 1
        }
        accepted = decoder.statistics.accepted
        #expect(accepted > trials / 4 && accepted < decoder.statistics.drafted * 9 / 10)

        var chiSquare = 0.0
        var cells = 0
        var rest = (expected: 0.0, counted: 0)
        #expect(counts.keys.allSatisfy { exact[$0] != nil })
        for (outcome, probability) in exact {
            let expected = probability * Double(trials)
            if expected < 5 {
                rest = (rest.expected + expected, rest.counted + counts[outcome, default: 0])
                continue
            }
            let difference = Double(counts[outcome, default: 0]) - expected
            chiSquare += difference * difference / expected
            cells += 1
        }
        if rest.expected > 0 {
            chiSquare += (Double(rest.counted) - rest.expected) * (Double(rest.counted) - rest.expected) / rest.expected
            cells += 1
        }
        // Wilson-Hilferty: the 99.9 % quantile of chi-square; the seed is fixed, so this never flakes.
        let freedom = Double(cells - 1)
        let quantile = freedom * pow(1 - 2 / (9 * freedom) + 3.09 * (2 / (9 * freedom)).squareRoot(), 3)
        #expect(chiSquare < quantile, "\(chiSquare) over \(cells) cells")
    }

    /// The probability of each outcome, from passes of the target alone.
    private func exactProbabilities(_ sampling: SamplingOptions) throws -> [[Int32]: Double] {
        var sampler = Sampler(sampling)
        func next(_ tokens: [Int32]) throws -> Distribution {
            let context = try TargetContext(
                pair.target, contextLength: 16, batchLength: 16, compute: Compute(threadCount: 1))
            var result = Distribution()
            let output = try context.forward(tokens[...], logits: tokens.count - 1..<tokens.count, hidden: 0..<0)
            sampler.distribution(of: output.logits.mutableRow(0), into: &result)
            withExtendedLifetime(context) {}
            return result
        }
        var paths: [[Int32]: Double] = [[]: 1]
        for _ in 0..<3 {
            var longer: [[Int32]: Double] = [:]
            for (path, probability) in paths {
                let distribution = try next(StoryPair.start + path)
                for (token, share) in zip(distribution.tokens, distribution.probabilities) {
                    longer[path + [token]] = probability * Double(share)
                }
            }
            paths = longer
        }
        return paths
    }
}
