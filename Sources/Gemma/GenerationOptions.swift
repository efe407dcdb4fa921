import Sampling
public import Speculative

/// How drafts are made in speculative decoding. It never changes the text (greedy) or its distribution (sampled).
public struct SpeculationOptions: Sendable, Hashable {
    /// Drafts in a round; fewer where a limit or the context leaves no room for them.
    public var draftLength: DraftLength
    /// A draft ends where the drafter's most probable token is less probable than this.
    public var minimumProbability: Float

    public init(draftLength: DraftLength = .automatic, minimumProbability: Float = 0) {
        self.draftLength = draftLength
        self.minimumProbability = minimumProbability
    }

    /// No speculation.
    public static let none = SpeculationOptions(draftLength: .fixed(0))
}

/// How a text is generated. Nil properties use the model file's recommended values.
public struct GenerationOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the most probable token.
    public var temperature: Float?
    /// Only the k most probable tokens; 0 for all.
    public var topK: Int?
    /// Only the most probable tokens whose probabilities add up to this; 1 for all.
    public var topP: Float?
    /// Only tokens at least this times as probable as the most probable one; 0 for all.
    public var minP: Float?
    /// The same seed gives the same text, on any number of threads and however long anything takes; nil draws one.
    public var seed: UInt64?
    /// The largest number of tokens to generate; nil for as many as the model wants and the context holds.
    public var maximumTokens: Int?
    /// Whether the model is kept from ending the text: the tokens that end a text are never drawn.
    public var ignoresEndOfText: Bool
    /// Whether control tokens such as `<turn|>` appear in the text.
    public var showsSpecialTokens: Bool
    /// Whether the prompt's `<bos>`, `<|turn>` and the like are the tokens of that name. Switch it off for text that
    /// strangers wrote.
    public var parsesSpecialTokens: Bool
    /// How drafts are made, if the pair has a drafter.
    public var speculation: SpeculationOptions

    public init(
        temperature: Float? = nil, topK: Int? = nil, topP: Float? = nil, minP: Float? = nil, seed: UInt64? = nil,
        maximumTokens: Int? = nil, ignoresEndOfText: Bool = false, showsSpecialTokens: Bool = false,
        parsesSpecialTokens: Bool = true, speculation: SpeculationOptions = .init()
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.seed = seed
        self.maximumTokens = maximumTokens
        self.ignoresEndOfText = ignoresEndOfText
        self.showsSpecialTokens = showsSpecialTokens
        self.parsesSpecialTokens = parsesSpecialTokens
        self.speculation = speculation
    }

    /// - Throws: `SamplingError` or `GemmaError.invalidOption`.
    func sampling(_ defaults: SamplingOptions) throws -> SamplingOptions {
        var sampling = defaults
        sampling.temperature = temperature ?? defaults.temperature
        sampling.topK = topK ?? defaults.topK
        sampling.topP = topP ?? defaults.topP
        sampling.minP = minP ?? defaults.minP
        sampling.seed = seed
        try sampling.validate()
        return sampling
    }

    /// - Throws: `GemmaError.invalidOption`.
    func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>, _ expected: String) throws {
            guard range.contains(value) else {
                throw GemmaError.invalidOption(name: name, value: "\(value)", expected: expected)
            }
        }
        try check("the number of tokens", maximumTokens ?? 0, 0...Int.max, "0 or more")
        if case .fixed(let count) = speculation.draftLength {
            try check("the number of drafts", count, 0...DraftLength.largest, "0 to \(DraftLength.largest)")
        }
        guard (0...1).contains(speculation.minimumProbability) else {
            throw GemmaError.invalidOption(
                name: "the drafts' minimum probability", value: "\(speculation.minimumProbability)",
                expected: "0 to 1")
        }
    }
}
