import Constraint
import Gemma4
import PlainSampling
import Sampling
import Speculative
import Testing
import Tokenizer

/// With a temperature, constrained texts have the distribution of the target's logits without the tokens that do not
/// fit, with drafts and without.
@Suite("Constrained sampling")
struct ConstrainedSamplingTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var grammar: Grammar
        var options: SamplingOptions

        init(_ name: String, _ grammar: Grammar, _ change: (inout SamplingOptions) -> Void = { _ in }) {
            testDescription = name
            self.grammar = grammar
            options = SamplingOptions(temperature: 1.5, topK: 3, topP: 1)
            change(&options)
        }
    }

    private let model: ConstrainedPair

    init() throws { model = try ConstrainedPair() }

    /// Words of lower-case letters, more than a few tokens.
    private static let words = Grammar(.repetition(.characters(Grammar.words), min: 4, max: 40))
    /// Few tokens at each place.
    private static let few = Grammar(
        .repetition(
            .choice([" there", " lived", " was", " a", ", ", "in", "the"].map(Expression.literal)), min: 3, max: 5))
    /// A choice, and then text that is forced.
    private static let forced = Grammar(
        .sequence([
            .choice([.literal(", there"), .literal(" there"), .literal(" in")]), .literal(" lived a "),
            .choice([.literal("cat"), .literal("girl")]),
        ]))

    static let cases: [Case] = [
        Case("many tokens", words),
        Case("few tokens", few),
        Case("forced text", forced),
        Case("all of few tokens", few) { $0.topK = 0 },
        Case("penalties", few) { ($0.repeatPenalty, $0.presencePenalty, $0.frequencyPenalty) = (1.3, 1, 0.5) },
        Case("DRY", few) { $0.dry = .init(multiplier: 3, allowedLength: 1) },
        Case("logit bias", words) { $0.logitBias = [289: 2, 315: -.infinity, 279: -1] },
        Case("logit bias of few tokens", few) { $0.logitBias = [629: 2, 1778: -.infinity] },
        Case("top-n-sigma", words) { ($0.topNSigma, $0.topK) = (3, 4) },
        Case("top-n-sigma of few tokens", few) { ($0.topNSigma, $0.topK) = (1, 4) },
        Case("typical-p", few) { ($0.typicalP, $0.topK) = (0.7, 4) },
        Case("XTC", words) { $0.xtc = .init(probability: 0.5, threshold: 0.05) },
        Case("XTC of few tokens", few) { $0.xtc = .init(probability: 0.5, threshold: 0.05) },
        Case("dynamic temperature", few) { $0.dynamicTemperature = .init(range: 1, exponent: 0.7) },
        Case("mirostat", words) {
            ($0.mirostat, $0.temperature) = (.version2(learningRate: 0.6, entropy: 1.6), 2.5)
        },
        Case("mirostat of few tokens", few) {
            ($0.mirostat, $0.temperature) = (.version2(learningRate: 0.6, entropy: 1.2), 2.5)
        },
    ]

    private static let length = 4

    /// Which drafts are made. With shared noise the text is the same with all of them.
    private static let drafts: [(count: Int, isForcing: Bool, coupling: DraftCoupling)] = [
        (3, false, .rejection), (0, true, .rejection), (3, true, .rejection), (3, true, .sharedNoise),
    ]

    @Test("Four tokens follow the exact distribution, with drafts and with forced text", arguments: cases)
    func distribution(_ testCase: Case) throws {
        let exact = try exactProbabilities(testCase)
        #expect(!exact.isEmpty && abs(exact.values.reduce(0, +) - 1) < 1e-4)
        let ends = model.tokenizer.endOfGeneration
        for (count, isForcing, coupling) in Self.drafts {
            let decoder = try model.pair.decoder(drafts: count, context: 16, batch: 16, coupling: coupling)
            var counts: [[Int32]: Int] = [:]
            for trial in 0..<400 {
                var sampling = testCase.options
                sampling.seed = UInt64(trial)
                decoder.restart()
                decoder.begin(
                    sampler: Sampler(sampling), options: decoder.options, constraint: try model.text(testCase.grammar),
                    forcedText: isForcing ? ForcedText(model.tokenizer) : nil)
                try decoder.appendPrompt(StoryPair.start)
                // The limit has no part in the distribution.
                _ = try decoder.readPromptBatch()
                while decoder.tokens.count < StoryPair.start.count + Self.length,
                    !ends.contains(decoder.tokens[decoder.tokens.count - 1])
                {
                    _ = try decoder.round(limit: 10, stopTokens: ends)
                }
                counts[Array(decoder.tokens.dropFirst(StoryPair.start.count).prefix(Self.length)), default: 0] += 1
            }
            #expect(counts.keys.allSatisfy { exact[$0] != nil })
            let chiSquare = ChiSquare(counts, exact)
            #expect(chiSquare.isPlausible, "\(chiSquare.value), expected less than \(chiSquare.limit)")
        }
    }

    private func exactProbabilities(_ testCase: Case) throws -> [[Int32]: Double] {
        let plain = PlainSampler(testCase.options)
        let ends = model.tokenizer.endOfGeneration
        var whole: [[Int32]: Double] = [:]
        var paths = [[Int32](): (probability: 1.0, mu: plain.firstMu, text: try model.text(testCase.grammar))]
        for _ in 0..<Self.length {
            var longer: [[Int32]: (probability: Double, mu: Double, text: ConstrainedText)] = [:]
            for (path, state) in paths {
                let text = StoryPair.start + path
                let mask = try state.text.mask()
                var logits = try model.pair.logits(after: text)
                for token in logits.indices where !mask.contains(Int32(token)) { logits[token] = -.infinity }
                let shares = plain.mixture(logits, after: text, mu: state.mu)
                for (token, share) in shares {
                    var next = state.text
                    let fits = try next.append(token)
                    #expect(fits)
                    let probability = state.probability * share
                    if ends.contains(token) {
                        whole[path + [token]] = probability
                    } else {
                        longer[path + [token]] = (probability, plain.mu(after: state.mu, probability: share), next)
                    }
                }
            }
            paths = longer
        }
        return whole.merging(paths.mapValues(\.probability)) { $0 + $1 }
    }

    @Test("The same seed gives the same text, after any earlier text", arguments: [0, 3], DraftCoupling.allCases)
    func seeds(_ drafts: Int, _ coupling: DraftCoupling) throws {
        let sampling = SamplingOptions(temperature: 0.9, topK: 40, seed: 11)
        func text(_ seed: UInt64, rehearsals: Int) throws -> [Int32] {
            var sampling = sampling
            sampling.seed = seed
            let decoder = try model.decoder(
                .trigger, drafts: drafts, isForcing: true, sampling: sampling, coupling: coupling
            ).automatic()
            for _ in 0..<rehearsals {
                _ = try decoder.write(30, ends: model.tokenizer.endOfGeneration)
                decoder.restart()
                decoder.begin(
                    sampler: Sampler(sampling), options: decoder.options, constraint: try model.text(.trigger),
                    forcedText: ForcedText(model.tokenizer))
                try decoder.appendPrompt(StoryPair.start)
            }
            return try decoder.write(150, ends: model.tokenizer.endOfGeneration)
        }
        let first = try text(11, rehearsals: 0)
        #expect(try text(11, rehearsals: 2) == first)
        #expect(try text(12, rehearsals: 0) != first)
    }
}
