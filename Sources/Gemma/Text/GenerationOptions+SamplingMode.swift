extension GenerationOptions {
    /// The usual ways of choosing a token, by the names that Apple's FoundationModels has for them.
    public struct SamplingMode: Sendable, Hashable {
        fileprivate var topK: Int?
        fileprivate var topP: Float?
        fileprivate var seed: UInt64?
        fileprivate var isGreedy = false

        /// Always the most probable token.
        public static var greedy: SamplingMode { SamplingMode(isGreedy: true) }

        /// One of the `k` most probable tokens.
        public static func random(top k: Int, seed: UInt64? = nil) -> SamplingMode {
            SamplingMode(topK: k, topP: 1, seed: seed)
        }

        /// One of the most probable tokens that together reach a probability.
        public static func random(probabilityThreshold: Double, seed: UInt64? = nil) -> SamplingMode {
            SamplingMode(topK: 0, topP: Float(probabilityThreshold), seed: seed)
        }
    }

    /// Options as FoundationModels has them: a temperature of type `Double`, and samplers as the model's file
    /// recommends.
    /// - Parameters:
    ///   - temperature: 0 or more.
    ///   - maximumResponseTokens: nil for as many as the model wants and the context holds.
    public init(temperature: Double, maximumResponseTokens: Int? = nil) {
        self.init(sampling: nil, temperature: temperature, maximumResponseTokens: maximumResponseTokens)
    }

    /// Options as FoundationModels has them.
    /// - Parameters:
    ///   - sampling: nil for what the model's file recommends.
    ///   - temperature: 0 or more.
    ///   - maximumResponseTokens: nil for as many as the model wants and the context holds.
    public init(sampling: SamplingMode?, temperature: Double? = nil, maximumResponseTokens: Int? = nil) {
        self.init(
            temperature: sampling?.isGreedy == true ? 0 : temperature.map { Float($0) }, topK: sampling?.topK,
            topP: sampling?.topP, seed: sampling?.seed, maximumResponseTokens: maximumResponseTokens)
    }
}
