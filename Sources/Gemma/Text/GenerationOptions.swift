public import Constraint
public import Sampling
public import Speculative

/// How drafts are made in speculative decoding. It never changes the text, or with `DraftCoupling.rejection` a sampled
/// text's distribution.
public struct SpeculationOptions: Sendable, Hashable {
    /// Drafts in a round; fewer where a limit or the context leaves no room for them.
    public var draftLength: DraftLength
    /// A draft ends where the drafter's most probable token is less probable than this.
    public var minimumProbability: Float
    /// How the random draws of drafter and target hang together. It decides which text a seed gives, also where nothing
    /// is drafted.
    public var coupling: DraftCoupling
    /// Whether text that a constraint leaves no choice about is drafted, where that is more than the drafter would
    /// draft. It needs no drafter.
    public var draftsForcedText: Bool

    /// See the properties of the same names.
    public init(
        draftLength: DraftLength = .automatic, minimumProbability: Float = 0, coupling: DraftCoupling = .sharedNoise,
        draftsForcedText: Bool = true
    ) {
        self.draftLength = draftLength
        self.minimumProbability = minimumProbability
        self.coupling = coupling
        self.draftsForcedText = draftsForcedText
    }

    /// No speculation: each token takes a pass of its own.
    public static let none = SpeculationOptions(draftLength: .fixed(0), draftsForcedText: false)
}

/// How a text is generated. Nil properties use the model file's recommended values, and where it has none, the
/// defaults of `SamplingOptions`.
///
///     let options = GenerationOptions(temperature: 0.7, topP: 0.9, repeatPenalty: 1.1, stop: ["\n\n"])
///
/// Samplers are llama.cpp's, in its order unless `samplers` says otherwise; Documentation/Sampling.md has their
/// formulas.
public struct GenerationOptions: Sendable, Hashable {
    /// Divides the logits; 0 always takes the most probable token. 0 or more.
    public var temperature: Float?
    /// A temperature that follows how open the choice is.
    public var dynamicTemperature: SamplingOptions.DynamicTemperature?
    /// Only the k most probable tokens; 0 for all.
    public var topK: Int?
    /// Only the most probable tokens whose probabilities add up to this. 0 to 1, which keeps all.
    public var topP: Float?
    /// Only tokens at least this times as probable as the most probable one. 0, which keeps all, to 1.
    public var minP: Float?
    /// Only the tokens that are about as surprising as is to be expected, up to this probability. 0 to 1, which keeps
    /// all.
    public var typicalP: Float?
    /// Only tokens whose logits are at most this many standard deviations below the largest; 0 or less for all.
    public var topNSigma: Float?
    /// Sometimes excludes the most probable tokens.
    public var xtc: SamplingOptions.XTC?
    /// Makes tokens of the last `repeatLastN` less probable: divides their logits where positive, and multiplies them
    /// otherwise. 0.01 to 100; 1 changes nothing.
    public var repeatPenalty: Float?
    /// Subtracted from the logits of tokens that occur there. -100 to 100; 0 changes nothing.
    public var presencePenalty: Float?
    /// Subtracted from their logits for each time they occur. -100 to 100; 0 changes nothing.
    public var frequencyPenalty: Float?
    /// How many tokens at the end of the text, prompt included, the three penalties look at; -1 for all.
    public var repeatLastN: Int?
    /// A penalty on what would repeat a sequence of the text.
    public var dry: SamplingOptions.DRY?
    /// Keeps the surprise of the text near a target, instead of all samplers but the temperature.
    public var mirostat: SamplingOptions.Mirostat?
    /// Added to the logits of these tokens; minus infinity for a token that is never to be drawn.
    public var logitBias: [TokenID: Float]
    /// The samplers that are applied, in this order.
    public var samplers: [SamplerKind]?
    /// Top-p, min-p, typical-p and XTC leave at least this many tokens. 0 or more.
    public var minKeep: Int?
    /// The same seed gives the same text, on any number of threads, with any drafter and number of drafts (unless
    /// `speculation.coupling` is `.rejection`), and however long anything takes; nil draws one.
    public var seed: UInt64?

    /// What the text must be; nil for anything. Each token is chosen, by the samplers above, among those with which the
    /// text can still become that within `maximumResponseTokens` and the context, and the text ends where it must.
    public var constraint: TextConstraint?
    /// The text ends where the model writes one of these; none of it appears in the text, not even in part. At most 64,
    /// of 1 to 1024 bytes. The prompt is not searched.
    ///
    /// `GemmaSession.tokens` ends with the token that completes the string, and the next generation continues from
    /// there.
    public var stop: [String]
    /// The largest number of tokens to generate; nil for as many as the model wants and the context holds.
    public var maximumResponseTokens: Int?
    /// Whether the model is kept from ending the text: the tokens that end a text are never drawn. A text that nothing
    /// may follow under its constraint ends all the same.
    public var ignoresEndOfText: Bool
    /// Whether control tokens such as `<turn|>` appear in the text.
    public var showsSpecialTokens: Bool
    /// Whether the model thinks before it answers; nil leaves it to the chat template. Only chats have thoughts.
    public var thinking: Bool?
    /// Whether the model calls tools, in the first round of a response: what it writes after it has seen the results of
    /// calls is its own choice, unless tools are off. Only chats have tools.
    public var toolChoice: ToolChoice
    /// Whether the model may call more than one tool in one message.
    public var parallelToolCalls: Bool
    /// How drafts are made, if the model has a drafter.
    public var speculation: SpeculationOptions

    /// See the properties of the same names. What is left out is as the model's file recommends.
    public init(
        temperature: Float? = nil, dynamicTemperature: SamplingOptions.DynamicTemperature? = nil, topK: Int? = nil,
        topP: Float? = nil, minP: Float? = nil, typicalP: Float? = nil, topNSigma: Float? = nil,
        xtc: SamplingOptions.XTC? = nil, repeatPenalty: Float? = nil, presencePenalty: Float? = nil,
        frequencyPenalty: Float? = nil, repeatLastN: Int? = nil, dry: SamplingOptions.DRY? = nil,
        mirostat: SamplingOptions.Mirostat? = nil, logitBias: [TokenID: Float] = [:], samplers: [SamplerKind]? = nil,
        minKeep: Int? = nil, seed: UInt64? = nil, constraint: TextConstraint? = nil, stop: [String] = [],
        maximumResponseTokens: Int? = nil, ignoresEndOfText: Bool = false, showsSpecialTokens: Bool = false,
        thinking: Bool? = nil, toolChoice: ToolChoice = .auto, parallelToolCalls: Bool = true,
        speculation: SpeculationOptions = .init()
    ) {
        self.temperature = temperature
        self.dynamicTemperature = dynamicTemperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.typicalP = typicalP
        self.topNSigma = topNSigma
        self.xtc = xtc
        self.repeatPenalty = repeatPenalty
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.repeatLastN = repeatLastN
        self.dry = dry
        self.mirostat = mirostat
        self.logitBias = logitBias
        self.samplers = samplers
        self.minKeep = minKeep
        self.seed = seed
        self.constraint = constraint
        self.stop = stop
        self.maximumResponseTokens = maximumResponseTokens
        self.ignoresEndOfText = ignoresEndOfText
        self.showsSpecialTokens = showsSpecialTokens
        self.thinking = thinking
        self.toolChoice = toolChoice
        self.parallelToolCalls = parallelToolCalls
        self.speculation = speculation
    }
}

// MARK: - What a session makes of them

extension GenerationOptions {
    /// The values of all sampling options, with `defaults` for nil.
    /// - Throws: `SamplingError`.
    package func sampling(_ defaults: SamplingOptions) throws -> SamplingOptions {
        let sampling = SamplingOptions(
            temperature: temperature ?? defaults.temperature,
            dynamicTemperature: dynamicTemperature ?? defaults.dynamicTemperature, topK: topK ?? defaults.topK,
            topP: topP ?? defaults.topP, minP: minP ?? defaults.minP, typicalP: typicalP ?? defaults.typicalP,
            topNSigma: topNSigma ?? defaults.topNSigma, xtc: xtc ?? defaults.xtc,
            repeatPenalty: repeatPenalty ?? defaults.repeatPenalty,
            presencePenalty: presencePenalty ?? defaults.presencePenalty,
            frequencyPenalty: frequencyPenalty ?? defaults.frequencyPenalty,
            repeatLastN: repeatLastN ?? defaults.repeatLastN, dry: dry ?? defaults.dry,
            mirostat: mirostat ?? defaults.mirostat, logitBias: logitBias, samplers: samplers ?? defaults.samplers,
            minKeep: minKeep ?? defaults.minKeep, seed: seed)
        try sampling.validate()
        return sampling
    }

    /// Checks everything but the sampling.
    /// - Throws: `GemmaError.invalidOption`.
    package func validate() throws {
        func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>, _ expected: String) throws {
            guard range.contains(value) else {
                throw GemmaError.invalidOption(name: name, value: "\(value)", expected: expected)
            }
        }
        try check("the number of tokens", maximumResponseTokens ?? 0, 0...Int.max, "0 or more")
        try check("the number of stop strings", stop.count, 0...64, "at most 64")
        for string in stop {
            try check("the length of a stop string", string.utf8.count, 1...1024, "1 to 1024 bytes")
        }
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
