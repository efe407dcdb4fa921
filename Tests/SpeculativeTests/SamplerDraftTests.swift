import Gemma4
import PlainSampling
import Sampling
import Speculative
import Tensor
import Testing

/// With every sampler, texts with drafts have the distribution that the sampler's definition gives the target.
@Suite("Samplers with drafts")
struct SamplerDraftTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var options: SamplingOptions
        var prompt = StoryPair.start

        init(_ name: String, _ options: SamplingOptions, repeating: Bool = false) {
            testDescription = name
            self.options = options
            self.options.seed = 5
            // "Once upon a time Once upon"
            if repeating { prompt += [1874, 1192] }
        }
    }

    private let pair: StoryPair

    init() throws { pair = try StoryPair() }

    /// A few candidates at each position, and probabilities that are not too different.
    private static func few(_ change: (inout SamplingOptions) -> Void) -> SamplingOptions {
        var options = SamplingOptions(temperature: 1.5, topK: 3, topP: 1)
        change(&options)
        return options
    }

    static let cases: [Case] = [
        Case("the default samplers", few { _ in }),
        Case("repetition penalty", few { $0.repeatPenalty = 1.5 }, repeating: true),
        Case("presence and frequency", few { ($0.presencePenalty, $0.frequencyPenalty) = (1.5, 1) }, repeating: true),
        Case("penalties of three tokens", few { ($0.presencePenalty, $0.repeatLastN) = (4, 3) }),
        Case("DRY", few { $0.dry = .init(multiplier: 3, allowedLength: 1) }, repeating: true),
        Case("top-n-sigma", few { ($0.topNSigma, $0.topK) = (4, 5) }),
        Case("typical-p", few { ($0.typicalP, $0.topK) = (0.7, 4) }),
        Case("XTC", few { $0.xtc = .init(probability: 0.5, threshold: 0.05) }),
        Case("greedy XTC", few { ($0.xtc, $0.temperature) = (.init(probability: 0.4, threshold: 0.05), 0) }),
        Case("dynamic temperature", few { $0.dynamicTemperature = .init(range: 1, exponent: 0.7) }),
        Case(
            "mirostat", few { ($0.mirostat, $0.temperature) = (.version2(learningRate: 0.6, entropy: 1.6), 2.5) },
            repeating: true),
        Case("logit bias", few { $0.logitBias = [279: 3, 1192: -2, 1874: 2] }, repeating: true),
        Case(
            "another order",
            few { ($0.topP, $0.repeatPenalty, $0.samplers) = (0.8, 2, [.temperature, .topK, .topP, .penalties]) }),
    ]

    /// The four tokens after a prompt: the first from the prompt's pass, the others from rounds with drafts in them.
    /// The exact probability of each outcome comes from passes of the target alone and from the plain sampler.
    @Test("Four tokens follow the exact distribution", arguments: cases, DraftCoupling.allCases)
    func distribution(_ testCase: Case, _ coupling: DraftCoupling) throws {
        let exact = try exactProbabilities(testCase, length: 4)
        #expect(exact.count > 3 && abs(exact.values.reduce(0, +) - 1) < 1e-4)
        let decoder = try pair.decoder(
            drafts: 3, context: 16, batch: 16, sampling: testCase.options, coupling: coupling)
        var options = testCase.options
        var counts: [[Int32]: Int] = [:]
        var (drafted, accepted) = (0, 0)
        for trial in 0..<1000 {
            // Each text with a sampler of its own, as sessions have it.
            options.seed = UInt64(trial)
            decoder.begin(sampler: Sampler(options), options: decoder.options)
            decoder.restart()
            counts[try decoder.decode(testCase.prompt, count: 4), default: 0] += 1
            drafted += decoder.statistics.drafted
            accepted += decoder.statistics.accepted
        }
        #expect(accepted > drafted / 20 && accepted < drafted * 19 / 20, "\(accepted) of \(drafted)")
        #expect(counts.keys.allSatisfy { exact[$0] != nil })
        let chiSquare = ChiSquare(counts, exact)
        #expect(chiSquare.isPlausible, "\(chiSquare.value), expected less than \(chiSquare.limit)")
    }

    private func exactProbabilities(_ testCase: Case, length: Int) throws -> [[Int32]: Double] {
        let plain = PlainSampler(testCase.options)
        var paths = [[Int32](): (probability: 1.0, mu: plain.firstMu)]
        for _ in 0..<length {
            var longer: [[Int32]: (probability: Double, mu: Double)] = [:]
            for (path, state) in paths {
                let text = testCase.prompt + path
                let shares = plain.mixture(try pair.logits(after: text), after: text, mu: state.mu)
                for (token, share) in shares {
                    longer[path + [token]] = (state.probability * share, plain.mu(after: state.mu, probability: share))
                }
            }
            paths = longer
        }
        return paths.mapValues(\.probability)
    }

    // MARK: - State

    @Test(
        "Mirostat's mu is what the text makes of it, however the text was drafted", arguments: [0, 1, 3, 5],
        DraftCoupling.allCases)
    func mu(_ drafts: Int, _ coupling: DraftCoupling) throws {
        let options = SamplingOptions(temperature: 1.2, mirostat: .version2(learningRate: 0.3, entropy: 2.5), seed: 3)
        let plain = PlainSampler(options)
        let decoder = try pair.decoder(drafts: drafts, sampling: options, coupling: coupling)
        let stop: Int32 = 279
        try decoder.appendPrompt(StoryPair.start)
        _ = try decoder.readPrompt()
        var (mu, position) = (plain.firstMu, StoryPair.start.count)
        var stops = 0
        while decoder.tokens.count < 90 {
            // Text after the stop token is taken back, and mu with it.
            while position < decoder.tokens.count {
                let text = Array(decoder.tokens.prefix(position))
                let p = plain.probabilities(try pair.logits(after: text), after: text, mu: mu)
                mu = plain.mu(after: mu, probability: try #require(p[decoder.tokens[position]]))
                position += 1
            }
            #expect(abs(Double(decoder.sampler.state.surpriseLimit) - mu) < 1e-3)
            _ = try decoder.round(limit: 90 - decoder.tokens.count, stopTokens: [stop])
            if decoder.tokens.last == stop { stops += 1 }
        }
        if drafts > 0 { #expect(decoder.statistics.accepted > 0) }
        #expect(stops > 0)
    }

    // MARK: - Greedy

    static let greedyCases: [Case] = [
        Case("repetition penalty", SamplingOptions(temperature: 0, repeatPenalty: 1.3)),
        Case(
            "presence and frequency",
            SamplingOptions(temperature: 0, presencePenalty: 0.8, frequencyPenalty: 0.4, repeatLastN: -1)),
        Case("DRY", SamplingOptions(temperature: 0, dry: .init(multiplier: 1, allowedLength: 1, lastN: -1))),
        Case("logit bias", SamplingOptions(temperature: 0, logitBias: [279: 2, 1192: -3])),
        Case("typical-p", SamplingOptions(temperature: 0, typicalP: 0.5)),
        Case(
            "another order",
            SamplingOptions(temperature: 0, repeatPenalty: 2, samplers: [.topK, .penalties, .temperature])),
    ]

    @Test("With temperature 0 and penalties the text is the same with drafts as without", arguments: greedyCases)
    func sameGreedyText(_ testCase: Case) throws {
        let plain = try pair.decoder(drafts: 0, sampling: testCase.options).decode(StoryPair.start, count: 128)
        let usual = try pair.decoder(drafts: 0).decode(StoryPair.start, count: 128)
        #expect(plain.count == 128 && plain != usual)
        for drafts in 1...5 {
            let decoder = try pair.decoder(drafts: drafts, sampling: testCase.options)
            #expect(decoder.sampler.isGreedy)
            #expect(try decoder.decode(StoryPair.start, count: 128) == plain)
            #expect(decoder.statistics.accepted > 0 && decoder.statistics.accepted < decoder.statistics.drafted)
        }
        #expect(
            try pair.decoder(drafts: 3, sampling: testCase.options).automatic().decode(StoryPair.start, count: 128)
                == plain)
    }
}

extension StoryPair {
    /// The target's logits, from a pass of its own.
    func logits(after text: [Int32]) throws -> [Float] {
        let context = try TargetContext(target, contextLength: 128, batchLength: 128, compute: Compute(threadCount: 1))
        let output = try context.forward(text[...], logits: text.count - 1..<text.count, hidden: 0..<0)
        return withExtendedLifetime(context) { Array(output.logits.row(0)) }
    }
}
