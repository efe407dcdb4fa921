/// Turns logits into distributions and draws from them.
///
/// A distribution depends on the logits, the text before it, `state`, and the seed; see `SamplingStep`. Draws are made
/// with `GumbelNoise`, by position, or with a seeded generator, in the order of the calls. Either way the same seed and
/// calls give the same tokens.
package struct Sampler: Sendable {
    package let options: SamplingOptions
    /// Whether a distribution holds one token, so that nothing is random.
    package let isGreedy: Bool
    /// What `accept` changes. To take accepted tokens back, set it to what it was before them.
    package var state = SamplerState()

    private let noise: GumbelNoise
    private var generator: Xoshiro256
    private var steps: [any SamplingStep]
    private let mirostat: MirostatFilter?
    private var candidates = Candidates()

    /// - Parameters:
    ///   - options: valid ones.
    ///   - breakers: the tokens of `options.dry.sequenceBreakers`.
    package init(_ options: SamplingOptions, breakers: SequenceBreakers = .init()) {
        self.options = options
        let seed = options.seed ?? .random(in: .min ... .max)
        noise = GumbelNoise(seed: seed)
        generator = Xoshiro256(seed: seed)
        mirostat = MirostatFilter(options.mirostat)
        let steps = Self.steps(options, breakers, seed: seed)
        self.steps = steps
        isGreedy = steps.contains { ($0 as? Temperature)?.isZero ?? false } && !steps.contains { $0 is XTCFilter }
        if let mirostat { state = mirostat.initialState }
    }

    /// A draw that is the same whatever was drawn before.
    /// - Parameter position: of the token in the text.
    package func draw(from distribution: Distribution, at position: Int) -> Int32? {
        noise.draw(from: distribution, at: position)
    }

    /// Uniform in 0 ..< 1, from the generator.
    package mutating func uniform() -> Double { generator.uniform() }

    /// A draw with the generator's next number.
    package mutating func draw(from distribution: Distribution) -> Int32? { distribution.draw(uniform()) }

    /// The distribution of the next token after all samplers; empty where no logit is a number.
    /// - Parameters:
    ///   - logits: they are overwritten.
    ///   - candidates: the tokens that `logits` belong to; nil for all in order.
    ///   - history: the text before the token.
    package mutating func distribution(
        of logits: UnsafeMutableBufferPointer<Float>, candidates scored: UnsafeBufferPointer<Int32>? = nil,
        after history: History = .init(), into result: inout Distribution
    ) {
        candidates.begin(logits, of: scored)
        let place = Place(history: history, state: state)
        for index in steps.indices { steps[index].apply(to: &candidates, at: place) }
        candidates.probabilities(into: &result.probabilities)
        result.tokens.removeAll(keepingCapacity: true)
        if !result.probabilities.isEmpty { result.tokens.append(contentsOf: candidates.tokens) }
        candidates.end()
    }

    /// Takes notice that the text continues with `token`, which was drawn from `distribution` or is as if it were.
    package mutating func accept(_ token: Int32, of distribution: Distribution) {
        mirostat?.accept(probability: distribution.probability(of: token), &state)
    }
}

// MARK: - The chain

extension Sampler {
    private static func steps(
        _ options: SamplingOptions, _ breakers: SequenceBreakers, seed: UInt64
    ) -> [any SamplingStep] {
        var steps: [any SamplingStep] = []
        if !options.logitBias.isEmpty { steps.append(LogitBias(options.logitBias)) }
        if let mirostat = MirostatFilter(options.mirostat) {
            if let temperature = Temperature(options.temperature) { steps.append(temperature) }
            return steps + [mirostat]
        }
        for (place, kind) in options.samplers.enumerated() {
            // XTC that is listed twice has two coins.
            guard let step = step(kind, options, breakers, seed: seed &+ UInt64(place)) else { continue }
            if (step as? Temperature)?.isZero ?? false {
                // What keeps the most probable token does not matter before it alone is taken.
                while steps.last?.keepsLargest ?? false { steps.removeLast() }
            }
            steps.append(step)
        }
        return steps
    }

    /// - Returns: nil if the kind's options are off.
    private static func step(
        _ kind: SamplerKind, _ options: SamplingOptions, _ breakers: SequenceBreakers, seed: UInt64
    ) -> (any SamplingStep)? {
        switch kind {
        case .penalties: Penalties(options)
        case .dry: DRYPenalty(options.dry, breakers: breakers)
        case .topNSigma: TopNSigma(options.topNSigma)
        case .topK: TopKFilter(options.topK)
        case .typicalP: TypicalP(options.typicalP, minKeep: options.minKeep)
        case .topP: TopP(options.topP, minKeep: options.minKeep)
        case .minP: MinP(options.minP, minKeep: options.minKeep)
        case .xtc: XTCFilter(options.xtc, minKeep: options.minKeep, seed: seed)
        case .temperature:
            DynamicTemperature(options.temperature, options.dynamicTemperature) ?? Temperature(options.temperature)
        }
    }
}
