import Foundation
import PlainSampling
import Sampling
import Testing

/// Each sampler's distribution on a small vocabulary, against a plain statement of its definition.
@Suite("Samplers and their definitions")
struct DefinitionTests {
    /// A sampler, or several, with several settings each.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let options: [SamplingOptions]

        init(_ name: String, _ options: [SamplingOptions]) {
            testDescription = name
            self.options = options.map {
                var options = $0
                options.seed = 1
                return options
            }
        }
    }

    /// No sampler but those that are set.
    private static func only(_ change: (inout SamplingOptions) -> Void) -> SamplingOptions {
        var options = SamplingOptions(topK: 0, topP: 1)
        change(&options)
        return options
    }

    static let cases: [Case] = [
        Case("none", [only { _ in }]),
        Case(
            "repetition",
            [1.3, 0.7].flatMap { p in [-1, 3, 64].map { n in only { ($0.repeatPenalty, $0.repeatLastN) = (p, n) } } }),
        Case("presence", [only { $0.presencePenalty = 1.5 }, only { $0.presencePenalty = -0.5 }]),
        Case(
            "frequency", [only { $0.frequencyPenalty = 0.4 }, only { ($0.frequencyPenalty, $0.repeatLastN) = (1, 6) }]),
        Case("all penalties", [only { ($0.repeatPenalty, $0.presencePenalty, $0.frequencyPenalty) = (1.2, 0.5, 0.3) }]),
        Case(
            "DRY",
            [-1, 8, 64].flatMap { n in
                [0, 1, 2, 4].map { length in only { $0.dry = .init(multiplier: 0.8, allowedLength: length, lastN: n) } }
            }),
        Case("top-n-sigma", [0.5, 1, 2].map { n in only { $0.topNSigma = n } }),
        Case("top-k", [1, 3, 12, 2000].map { k in only { $0.topK = k } }),
        Case("typical-p", [0, 0.2, 0.5, 0.95].map { p in only { $0.typicalP = p } }),
        Case("top-p", [0, 0.3, 0.7, 0.99].map { p in only { $0.topP = p } }),
        Case("min-p", [0.01, 0.2, 0.9].map { p in only { $0.minP = p } }),
        Case(
            "XTC",
            [0, 0.05, 0.1, 0.3].map { threshold in only { $0.xtc = .init(probability: 0.5, threshold: threshold) } }),
        Case("temperature", [0, 0.3, 2].map { t in only { $0.temperature = t } }),
        Case(
            "dynamic temperature",
            [0.5, 1.5].flatMap { r in
                [0.5, 1, 2].map { e in only { $0.dynamicTemperature = .init(range: r, exponent: e) } }
            }),
        Case(
            "mirostat",
            [0.5, 2, 5].flatMap { e in
                [0.5, 1].map { t in only { ($0.mirostat, $0.temperature) = (.version2(entropy: e), t) } }
            }),
        Case("logit bias", [only { $0.logitBias = [0: 2, 3: -1.5, 7: -.infinity, 11: 0.25] }]),
        Case(
            "at least",
            [2, 5].map { n in
                only {
                    ($0.typicalP, $0.topP, $0.minP, $0.xtc, $0.minKeep) = (0.2, 0.2, 0.9, .init(probability: 0.5), n)
                }
            }),
        Case("everything", [everything, everything.ordered("tmpykxsde"), everything.ordered("kptedxyms")]),
        Case("greedy, everything", [everything.greedy, everything.greedy.ordered("ykxtedpms")]),
    ]

    private static let everything = SamplingOptions(
        temperature: 0.8, dynamicTemperature: .init(range: 0.3, exponent: 1.2), topK: 9, topP: 0.97, minP: 0.01,
        typicalP: 0.9, topNSigma: 1.9, xtc: .init(probability: 0.5, threshold: 0.2), repeatPenalty: 1.1,
        presencePenalty: 0.2, frequencyPenalty: 0.1, dry: .init(multiplier: 0.5), logitBias: [2: 1])

    private static let vocabulary = 12
    private static let breakers: [[Int32]] = [[4], [5, 6], [5, 6, 7]]

    @Test("Each distribution is the definition's", arguments: cases)
    func definitions(_ testCase: Case) {
        var generator = Xoshiro256(seed: 7)
        for options in testCase.options {
            let plain = PlainSampler(options, breakers: Self.breakers)
            var sampler = Sampler(options, breakers: .init(Self.breakers))
            var result = Distribution()
            for trial in 0..<200 {
                var logits = (0..<Self.vocabulary).map { _ in 4 * generator.normal() }
                // Few different tokens, so that the text repeats itself.
                let text = (0..<trial % 40).map { _ in
                    Int32.random(in: 0..<(trial % 3 == 0 ? 3 : 12), using: &generator)
                }
                let mu = Float.random(in: 0.1...6, using: &generator)
                sampler.state.surpriseLimit = mu
                let copy = logits
                logits.withUnsafeMutableBufferPointer {
                    sampler.distribution(of: $0, after: History(text), into: &result)
                }
                let found = Dictionary(uniqueKeysWithValues: zip(result.tokens, result.probabilities.map(Double.init)))
                let expected = [false, true].map {
                    plain.probabilities(copy, after: text, coin: $0, mu: Double(mu)).filter { $0.value > 1e-9 }
                }
                #expect(
                    expected.contains { isEqual($0, found.filter { $0.value > 1e-9 }) },
                    "\(options): \(found), expected \(expected)")
                #expect(result.probabilities == result.probabilities.sorted(by: >))
            }
        }
    }

    private func isEqual(_ a: [Int32: Double], _ b: [Int32: Double]) -> Bool {
        a.keys == b.keys && a.allSatisfy { abs($1 - (b[$0] ?? 0)) < 2e-5 }
    }

    @Test("A drafter that scores some tokens only gets the distribution over these", arguments: cases)
    func someTokens(_ testCase: Case) {
        var generator = Xoshiro256(seed: 8)
        let scored: [Int32] = [11, 2, 7, 0, 3, 5]
        for options in testCase.options {
            var plain = PlainSampler(options, breakers: Self.breakers)
            for token in 0..<Int32(Self.vocabulary) where !scored.contains(token) {
                plain.options.logitBias[token] = -.infinity
            }
            var sampler = Sampler(options, breakers: .init(Self.breakers))
            var result = Distribution()
            for _ in 0..<20 {
                let logits = (0..<Self.vocabulary).map { _ in 4 * generator.normal() }
                let text = (0..<20).map { _ in Int32.random(in: 0..<12, using: &generator) }
                sampler.state.surpriseLimit = 2
                var some = scored.map { logits[Int($0)] }
                some.withUnsafeMutableBufferPointer { some in
                    scored.withUnsafeBufferPointer {
                        sampler.distribution(of: some, candidates: $0, after: History(text), into: &result)
                    }
                }
                let found = Dictionary(uniqueKeysWithValues: zip(result.tokens, result.probabilities.map(Double.init)))
                let expected = [false, true].map {
                    plain.probabilities(logits, after: text, coin: $0, mu: 2).filter { $0.value > 1e-9 }
                }
                #expect(expected.contains { isEqual($0, found.filter { $0.value > 1e-9 }) }, "\(options)")
            }
        }
    }

    @Test("A draft in the history counts as text does")
    func draftsInHistory() {
        let options = Self.only {
            ($0.repeatPenalty, $0.repeatLastN, $0.dry) = (1.3, 5, .init(multiplier: 1, lastN: 7))
        }
        let text: [Int32] = [1, 2, 3, 1, 2, 3, 1, 2]
        for drafts in 0...text.count {
            let history = History(Array(text.dropLast(drafts)), drafts: text.suffix(drafts))
            var (sampler, result, whole) = (Sampler(options), Distribution(), Distribution())
            var logits: [Float] = [1, 2, 3, 4, 5]
            var copy = logits
            logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, after: history, into: &result) }
            copy.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, after: History(text), into: &whole) }
            #expect(result.tokens == whole.tokens && result.probabilities == whole.probabilities)
        }
    }

    @Test("XTC's coin falls as often as asked for, and on the same side again at the same position")
    func coin() {
        let options = Self.only { ($0.xtc, $0.seed) = (.init(probability: 0.3, threshold: 0.1), 5) }
        var (sampler, result) = (Sampler(options), Distribution())
        func isExcluded(_ position: Int) -> Bool {
            var logits: [Float] = [1, 1, 1]
            let history = History(Array(repeating: 0, count: position))
            logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, after: history, into: &result) }
            return result.count == 1
        }
        let coins = (0..<2000).map(isExcluded)
        // Four standard deviations of a binomial.
        #expect(abs(coins.filter(\.self).count - 600) < 82)
        #expect(coins == (0..<2000).map(isExcluded))
        // Whether neighbours are equal, too, is chance: 0.3 * 0.3 + 0.7 * 0.7.
        #expect(abs(zip(coins, coins.dropFirst()).filter { $0 == $1 }.count - 1160) < 90)
    }

    @Test("Mirostat's mu follows the surprise of what is accepted, and is put back")
    func mirostatState() {
        let options = Self.only { $0.mirostat = .version2(learningRate: 0.2, entropy: 3) }
        var sampler = Sampler(options)
        let plain = PlainSampler(options)
        var mu = plain.firstMu
        #expect(sampler.state.surpriseLimit == 6 && mu == 6)
        let distribution = Distribution(tokens: [4, 9, 1], probabilities: [0.5, 0.375, 0.125])
        for (token, probability) in [(Int32(9), 0.375), (1, 0.125), (4, 0.5), (4, 0.5)] {
            let before = sampler.state
            sampler.accept(token, of: distribution)
            sampler.state = before
            sampler.accept(token, of: distribution)
            mu = plain.mu(after: mu, probability: probability)
            #expect(abs(Double(sampler.state.surpriseLimit) - mu) < 1e-5)
        }
        #expect(mu < 8)
    }
}

extension SamplingOptions {
    fileprivate func ordered(_ letters: String) -> SamplingOptions {
        var options = self
        options.samplers = letters.compactMap(SamplerKind.init(letter:))
        return options
    }

    fileprivate var greedy: SamplingOptions {
        var options = self
        (options.temperature, options.dynamicTemperature) = (0, .init())
        return options
    }
}

extension SequenceBreakers {
    fileprivate init(_ sequences: [[Int32]]) {
        self.init()
        for sequence in sequences { insert(sequence[0], tail: Array(sequence.dropFirst())) }
    }
}

extension Xoshiro256 {
    /// Box and Muller's.
    fileprivate mutating func normal() -> Float {
        Float((-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()))
    }
}
