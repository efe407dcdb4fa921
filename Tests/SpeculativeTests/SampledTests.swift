import Gemma4
import Sampling
import Speculative
import Tensor
import Testing

/// With a temperature a seed gives one text.
@Suite("Sampled speculation")
struct SampledTests {
    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    /// The usual samplers, and all at once.
    private static let samplings = [
        SamplingOptions(temperature: 0.8, topK: 40),
        SamplingOptions(
            temperature: 0.9, dynamicTemperature: .init(range: 0.3), topK: 50, minP: 0.01, typicalP: 0.95,
            topNSigma: 4, xtc: .init(probability: 0.3), repeatPenalty: 1.1, presencePenalty: 0.1,
            frequencyPenalty: 0.1, dry: .init(multiplier: 0.8)),
        SamplingOptions(temperature: 0.9, mirostat: .version2(entropy: 3)),
    ]

    /// No drafts, and some with each coupling.
    private static let drafts = [(0, DraftCoupling.rejection), (3, .rejection), (3, .sharedNoise)]

    @Test("The same seed gives the same text, on any number of threads", arguments: samplings, drafts)
    func seeds(_ sampling: SamplingOptions, _ drafts: (count: Int, coupling: DraftCoupling)) throws {
        func text(seed: UInt64, threads: Int) throws -> [Int32] {
            var sampling = sampling
            sampling.seed = seed
            return try pair.decoder(
                drafts: drafts.count, threads: threads, sampling: sampling, coupling: drafts.coupling
            )
            .decode(StoryPair.start, count: 100)
        }
        let first = try text(seed: 11, threads: 1)
        #expect(try text(seed: 11, threads: 1) == first)
        #expect(try text(seed: 11, threads: 2) == first)
        #expect(try text(seed: 12, threads: 1) != first)
    }

    @Test(
        "The same holds for the automatic number of drafts, after any earlier text", arguments: DraftCoupling.allCases)
    func automaticSeeds(_ coupling: DraftCoupling) throws {
        let sampling = SamplingOptions(temperature: 0.8, topK: 40, seed: 11)
        func text(threads: Int, rehearsals: Int) throws -> [Int32] {
            let decoder = try pair.decoder(
                drafts: 3, threads: threads, sampling: sampling, coupling: coupling
            ).automatic()
            for _ in 0..<rehearsals {
                decoder.restart()
                _ = try decoder.decode(StoryPair.start, count: 50)
            }
            decoder.restart()
            decoder.begin(sampler: Sampler(sampling), options: decoder.options)
            let text = try decoder.decode(StoryPair.start, count: 150)
            // The clock has a say where the number of drafts has none in the text.
            let estimates = try #require(decoder.draftLengthPolicy.map(DraftEstimates.init))
            #expect(estimates.passTimes.isEmpty == (coupling == .rejection))
            if coupling == .rejection {
                #expect(decoder.statistics.roundsByDraftLength.filter { $0 > 0 }.count > 2)
            }
            return text
        }
        let first = try text(threads: 1, rehearsals: 0)
        #expect(try text(threads: 2, rehearsals: 0) == first)
        #expect(try text(threads: 1, rehearsals: 2) == first)
    }
}
