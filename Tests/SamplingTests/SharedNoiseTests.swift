import PlainSampling
import Sampling
import Testing

/// Draws by position are of the distribution, and independent wherever seeds, positions or tokens differ.
@Suite("Shared noise")
struct SharedNoiseTests {
    private static func sampler(_ seed: UInt64) -> Sampler { Sampler(SamplingOptions(seed: seed)) }

    private func probabilities(_ distribution: Distribution) -> [Int32: Double] {
        let sum = distribution.probabilities.reduce(0) { $0 + Double($1) }
        return Dictionary(
            uniqueKeysWithValues: zip(distribution.tokens, distribution.probabilities.map { Double($0) / sum }))
    }

    private func expectPlausible<Outcome>(_ counts: [Outcome: Int], _ probabilities: [Outcome: Double]) {
        let chiSquare = ChiSquare(counts, probabilities)
        #expect(chiSquare.isPlausible, "\(chiSquare.value), expected less than \(chiSquare.limit)")
    }

    /// Few tokens and many, with probabilities that add up to one or not.
    static let distributions = [
        Distribution(tokens: [0, 1, 2, 3, 4], probabilities: [0.4, 0.3, 0.15, 0.1, 0.05]),
        Distribution(tokens: [9, 262_143, 0], probabilities: [1.5, 0.75, 0.75]),
        Distribution(
            tokens: (0..<300).map { $0 * 7919 % 262_144 }, probabilities: (0..<300).map { 1 / Float($0 + 3) }),
    ]

    // MARK: - Frequencies

    @Test("The draws of one seed at many positions follow the distribution", arguments: distributions)
    func positions(_ distribution: Distribution) {
        let sampler = Self.sampler(1)
        var counts: [Int32: Int] = [:]
        for position in 0..<200_000 { counts[sampler.draw(from: distribution, at: position) ?? -1, default: 0] += 1 }
        expectPlausible(counts, probabilities(distribution))
    }

    @Test("The draws of many seeds at one position follow the distribution", arguments: distributions, [0, 5])
    func seeds(_ distribution: Distribution, _ position: Int) {
        var counts: [Int32: Int] = [:]
        for seed in 0..<50_000 {
            counts[Self.sampler(UInt64(seed)).draw(from: distribution, at: position) ?? -1, default: 0] += 1
        }
        expectPlausible(counts, probabilities(distribution))
    }

    @Test(
        "The draws of neighbouring tokens follow their distribution, wherever they are", arguments: [0, 1000, 262_100])
    func tokens(_ first: Int32) {
        let distribution = Distribution(
            tokens: Array(first..<first + 40), probabilities: [Float](repeating: 1, count: 40))
        let sampler = Self.sampler(2)
        var counts: [Int32: Int] = [:]
        for position in 0..<100_000 { counts[sampler.draw(from: distribution, at: position) ?? -1, default: 0] += 1 }
        expectPlausible(counts, probabilities(distribution))
    }

    // MARK: - Independence

    private struct Pair: Hashable {
        let first, second: Int32
    }

    /// Two distributions, and what draws from them: nothing of the one may say anything of the other.
    private func expectIndependent(
        _ p: Distribution, _ q: Distribution, draws: (_ trial: Int) -> (first: Int32?, second: Int32?)
    ) {
        var joint: [Pair: Double] = [:]
        for (token, probability) in probabilities(p) {
            for (other, conditional) in probabilities(q) {
                joint[Pair(first: token, second: other)] = probability * conditional
            }
        }
        var counts: [Pair: Int] = [:]
        for trial in 0..<100_000 {
            let (first, second) = draws(trial)
            counts[Pair(first: first ?? -1, second: second ?? -1), default: 0] += 1
        }
        expectPlausible(counts, joint)
    }

    @Test("Draws at two positions are independent", arguments: [1, 2, 3, 64, 4096])
    func neighbouringPositions(_ distance: Int) {
        let (p, sampler) = (Self.distributions[0], Self.sampler(3))
        expectIndependent(p, p) { trial in
            let position = trial / distance * 2 * distance + trial % distance
            return (sampler.draw(from: p, at: position), sampler.draw(from: p, at: position + distance))
        }
    }

    @Test("Draws of two seeds are independent", arguments: [1, 2, 256, 0x9e37_79b9_7f4a_7c15] as [UInt64])
    func neighbouringSeeds(_ distance: UInt64) {
        let (p, first, second) = (Self.distributions[0], Self.sampler(4), Self.sampler(4 &+ distance))
        expectIndependent(p, p) { (first.draw(from: p, at: $0), second.draw(from: p, at: $0)) }
    }

    @Test("What a seed draws does not tell what the next one draws at the position before")
    func diagonal() {
        let p = Self.distributions[0]
        expectIndependent(p, p) { trial in
            let seed = UInt64(trial) * 2
            return (Self.sampler(seed).draw(from: p, at: 9), Self.sampler(seed + 1).draw(from: p, at: 8))
        }
    }

    @Test("Noise of neighbouring tokens is independent", arguments: [1, 2, 16, 1024] as [Int32])
    func neighbouringTokens(_ distance: Int32) {
        let tokens = (0..<4).map { Int32(500) + $0 * 2 * distance }
        let p = Distribution(tokens: tokens, probabilities: [0.4, 0.3, 0.2, 0.1])
        let q = Distribution(tokens: tokens.map { $0 + distance }, probabilities: [0.4, 0.3, 0.2, 0.1])
        let sampler = Self.sampler(5)
        expectIndependent(p, q) { (sampler.draw(from: p, at: $0), sampler.draw(from: q, at: $0)) }
    }

    @Test("XTC's coin and the generator know nothing of the noise")
    func otherStreams() {
        let p = Distribution(tokens: [0, 1], probabilities: [0.5, 0.5])
        let coin = Distribution(tokens: [0, 1, 2, 3], probabilities: [0.25, 0.25, 0.25, 0.25])
        expectIndependent(p, coin) { trial in
            var sampler = Self.sampler(UInt64(trial))
            return (sampler.draw(from: p, at: 0), Int32(sampler.uniform() * 4))
        }
        // The coin is heads where the less probable token is all that is left.
        expectIndependent(p, p) { trial in
            let options = SamplingOptions(topK: 0, topP: 1, xtc: .init(probability: 0.5), seed: UInt64(trial))
            var (sampler, result, logits) = (Sampler(options), Distribution(), [1, 0.9] as [Float])
            logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, into: &result) }
            return (sampler.draw(from: p, at: 0), result.count == 1 ? 0 : 1)
        }
    }

    // MARK: - The largest of all

    @Test("What is left out of a long distribution without a look could not have been drawn", arguments: 0..<20)
    func parts(_ position: Int) {
        // From even to steep: probabilities fall from 1 to e^0, e^-2, e^-8, e^-40 and to zero.
        let steepness = [0, 2, 8, 40, 200] as [Float]
        let slope = steepness[position % 5]
        let whole = Distribution.falling(count: 100_000, slope: slope, seed: UInt64(position))
        let sampler = Self.sampler(6)
        // Each part is short enough to be looked at as a whole. Of parts the best of the best is the best of all.
        var best = whole
        while best.count > 1 {
            var (tokens, probabilities) = ([Int32](), [Float]())
            for start in stride(from: 0, to: best.count, by: 16) {
                let places = start..<min(start + 16, best.count)
                let part = Distribution(
                    tokens: Array(best.tokens[places]), probabilities: Array(best.probabilities[places]))
                guard let token = sampler.draw(from: part, at: position) else { continue }
                tokens.append(token)
                probabilities.append(part.probability(of: token))
            }
            best = Distribution(tokens: tokens, probabilities: probabilities)
        }
        #expect(sampler.draw(from: whole, at: position) == best.tokens.first)
    }

    @Test("One token is drawn in any case, and of none none is")
    func few() {
        let sampler = Self.sampler(7)
        #expect(sampler.draw(from: Distribution(), at: 3) == nil)
        #expect(sampler.draw(from: Distribution(tokens: [8, 9], probabilities: [0, 0]), at: 3) == nil)
        for position in 0..<1000 {
            #expect(sampler.draw(from: Distribution(tokens: [8], probabilities: [1]), at: position) == 8)
            #expect(sampler.draw(from: Distribution(tokens: [8, 9], probabilities: [1, 0]), at: position) == 8)
        }
    }

    // MARK: - Two models

    @Test(
        "Of 50,000 drafts as many are the target's own draws as theory says, and no more than are possible",
        arguments: RejectionSamplingTests.drafters)
    func acceptance(_ probabilities: [Float]) {
        let p = Distribution(tokens: Array(0..<6), probabilities: [0.4, 0.3, 0.15, 0.1, 0.05, 0])
        let order = (0..<6).sorted { probabilities[$0] > probabilities[$1] }
        let q = Distribution(tokens: order.map(Int32.init), probabilities: order.map { probabilities[$0] })
        let sampler = Self.sampler(8)
        let equal = (0..<50_000).filter { sampler.draw(from: p, at: $0) == sampler.draw(from: q, at: $0) }.count
        let share = Double(equal) / 50_000
        let overlap = Double(zip(p.probabilities, probabilities).reduce(0) { $0 + min($1.0, $1.1) })
        let deviation = 5 * 0.5 / 50_000.0.squareRoot()
        // Token by token: 1 / (sum of max(p / p_i, q / q_i)), the chance that a token is the best of both.
        let exact = (0..<6).reduce(0.0) { sum, token in
            let (a, b) = (p.probabilities[token], probabilities[token])
            guard a > 0, b > 0 else { return sum }
            return sum + 1
                / Double((0..<6).reduce(Float(0)) { $0 + max(p.probabilities[$1] / a, probabilities[$1] / b) })
        }
        #expect(abs(share - exact) <= deviation)
        #expect(exact >= overlap / (2 - overlap) - 1e-6 && exact <= overlap + 1e-6)
    }
}

extension Distribution {
    /// A distribution over a whole vocabulary, with the tokens in any order.
    fileprivate static func falling(count: Int, slope: Float, seed: UInt64) -> Distribution {
        var generator = Xoshiro256(seed: seed)
        let options = SamplingOptions(temperature: 1, topK: 0, topP: 1)
        var (sampler, result) = (Sampler(options), Distribution())
        var logits = (0..<count).map { _ in -slope * Float.random(in: 0...1, using: &generator) }
        logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, into: &result) }
        return result
    }
}
