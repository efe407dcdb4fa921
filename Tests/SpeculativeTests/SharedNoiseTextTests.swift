import Constraint
import Sampling
import Speculative
import Testing
import Tokenizer

/// With shared noise a seed is a text: drafts change nothing but the time.
@Suite("Texts of shared noise")
struct SharedNoiseTextTests {
    private let model: ConstrainedPair
    private var pair: StoryPair { model.pair }
    private var ends: Set<Int32> { model.tokenizer.endOfGeneration }

    init() throws { model = try ConstrainedPair() }

    static let samplings = [
        SamplingOptions(temperature: 0.8, topK: 40, seed: 21),
        SamplingOptions(temperature: 1.3, topK: 0, topP: 1, seed: 22),
        SamplingOptions(
            temperature: 0.9, dynamicTemperature: .init(range: 0.3), topK: 50, minP: 0.01, typicalP: 0.95,
            topNSigma: 4, xtc: .init(probability: 0.3), repeatPenalty: 1.1, presencePenalty: 0.1,
            frequencyPenalty: 0.1, dry: .init(multiplier: 0.8), seed: 23),
        SamplingOptions(temperature: 1.2, mirostat: .version2(learningRate: 0.3, entropy: 2.5), seed: 24),
        SamplingOptions(temperature: 0, xtc: .init(probability: 0.4, threshold: 0.05), seed: 25),
    ]

    @Test("The same text for 0 to 5 drafts, for automatic ones, and with a minimum probability", arguments: samplings)
    func drafts(_ sampling: SamplingOptions) throws {
        let plain = try pair.decoder(drafts: 0, sampling: sampling).decode(StoryPair.start, count: 150)
        for drafts in 1...5 {
            let decoder = try pair.decoder(drafts: drafts, threads: 1 + drafts % 2, sampling: sampling)
            #expect(try decoder.decode(StoryPair.start, count: 150) == plain)
            #expect(decoder.statistics.accepted > 0 && decoder.statistics.accepted < decoder.statistics.drafted)
            #expect(decoder.sampler.state == (try state(sampling, count: 150)))
        }
        let automatic = try pair.decoder(drafts: 3, sampling: sampling).automatic()
        #expect(try automatic.decode(StoryPair.start, count: 150) == plain)
        for minimum in [0.3, 0.8] as [Float] {
            let sure = try pair.decoder(drafts: 4, sampling: sampling, minimumProbability: minimum)
            #expect(try sure.decode(StoryPair.start, count: 150) == plain)
        }
    }

    /// The sampler's state after a text without drafts.
    private func state(_ sampling: SamplingOptions, count: Int) throws -> SamplerState {
        let decoder = try pair.decoder(drafts: 0, sampling: sampling)
        _ = try decoder.decode(StoryPair.start, count: count)
        return decoder.sampler.state
    }

    private static let grammars: [(name: String, grammar: Grammar)] = [
        ("people", .people), ("trigger", .trigger), ("sentence", .sentence), ("choices", .choices),
    ]

    @Test(
        "The same constrained text for 0 to 5 drafts, with drafts of forced text and without",
        arguments: grammars.indices, samplings)
    func constraints(_ index: Int, _ sampling: SamplingOptions) throws {
        let (name, grammar) = Self.grammars[index]
        let plain = try model.decoder(grammar, drafts: 0, isForcing: false, sampling: sampling).write(120, ends: ends)
        #expect(ends.contains(try #require(plain.last)))
        for drafts in 0...5 {
            for isForcing in [false, true] where drafts > 0 || isForcing {
                let decoder = try model.decoder(grammar, drafts: drafts, isForcing: isForcing, sampling: sampling)
                #expect(try decoder.write(120, ends: ends) == plain)
                if drafts == 0, name == "people" { #expect(decoder.statistics.forcedAccepted > 0) }
            }
        }
        for minimum in [0, 0.5] as [Float] {
            let automatic = try model.decoder(
                grammar, drafts: 3, isForcing: true, sampling: sampling, minimumProbability: minimum
            ).automatic()
            #expect(try automatic.write(120, ends: ends) == plain)
        }
    }

    @Test("A text that ends in a draft and goes on, or is given up and written again, is the same text")
    func interruptions() throws {
        let sampling = Self.samplings[3]
        let plain = try pair.decoder(drafts: 0, sampling: sampling).decode(StoryPair.start, count: 100)
        let decoder = try pair.decoder(drafts: 4, sampling: sampling)
        _ = try decoder.decode(StoryPair.start, count: 100)
        decoder.restart()
        decoder.begin(sampler: Sampler(sampling), options: decoder.options)
        try decoder.appendPrompt(StoryPair.start)
        _ = try decoder.readPrompt()
        let count = StoryPair.start.count + 100
        while decoder.tokens.count < count {
            let left = count - decoder.tokens.count
            _ = try decoder.round(limit: min(left, decoder.tokens.count % 7 + 1), stopTokens: [279, 315])
        }
        #expect(Array(decoder.tokens.dropFirst(StoryPair.start.count)) == plain)
    }

    @Test("Without a seed one is drawn: two texts differ, and drafts are accepted")
    func noSeed() throws {
        var sampling = Self.samplings[1]
        sampling.seed = nil
        let (first, second) = (
            try pair.decoder(drafts: 3, sampling: sampling), try pair.decoder(drafts: 3, sampling: sampling)
        )
        #expect(try first.decode(StoryPair.start, count: 100) != second.decode(StoryPair.start, count: 100))
        #expect(first.statistics.accepted > 0 && second.statistics.accepted > 0)
    }
}
