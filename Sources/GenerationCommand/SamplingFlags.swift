internal import ArgumentParser
package import Gemma

/// How tokens are drawn, and where the text ends. Flags have llama.cpp's names and meanings.
package struct SamplingFlags: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .unconditional,
        help: "The same seed gives the same text; -1 for a different text each time.")
    var seed: Int?

    @Option(
        name: .customLong("samplers"), parsing: .unconditional,
        help: ArgumentHelp(
            "The samplers, in order. Default: \(SamplerKind.defaultOrder.map(\.rawValue).joined(separator: ";")).",
            valueName: "a;b;c"),
        transform: SamplerKind.order(names:))
    var samplers: [SamplerKind]?

    @Option(
        name: .customLong("sampling-seq"), parsing: .unconditional,
        help: ArgumentHelp(
            "The same by letters. Default: \(String(SamplerKind.defaultOrder.map(\.letter))).", valueName: "letters"),
        transform: SamplerKind.order(letters:))
    var samplerLetters: [SamplerKind]?

    @Option(
        name: .customLong("temp"), parsing: .unconditional,
        help: "Temperature; 0 or less always takes the most probable token. Default: the model's own, or 1.0.")
    var temperature: Float?

    @Option(
        name: .customLong("dynatemp-range"), parsing: .unconditional,
        help: "Let the temperature follow the entropy, this much up and down. Default: 0.")
    var temperatureRange: Float?

    @Option(
        name: .customLong("dynatemp-exp"), parsing: .unconditional, help: "The power of that entropy. Default: 1.")
    var temperatureExponent: Float?

    @Option(
        name: .customLong("top-k"), parsing: .unconditional,
        help: "Draw from the k most probable tokens; 0 or less for all. Default: the model's own, or 64.")
    var topK: Int?

    @Option(
        name: .customLong("top-p"), parsing: .unconditional,
        help: "Draw from the most probable tokens that together reach this. Default: the model's own, or 0.95.")
    var topP: Float?

    @Option(
        name: .customLong("min-p"), parsing: .unconditional,
        help: "Draw from tokens at least this fraction as probable as the best. Default: the model's own, or 0.")
    var minP: Float?

    @Option(
        name: .customLong("typical"), parsing: .unconditional,
        help: "Draw from tokens about as surprising as is to be expected, up to this probability. Default: 1, all.")
    var typicalP: Float?

    @Option(
        name: .customLong("top-nsigma"), parsing: .unconditional,
        help: "Draw from tokens within this many standard deviations of the largest logit. Default: -1, all.")
    var topNSigma: Float?

    @Option(
        name: .customLong("xtc-probability"), parsing: .unconditional,
        help: "How often to exclude the tokens that reach --xtc-threshold, except the last of them. Default: 0.")
    var xtcProbability: Float?

    @Option(
        name: .customLong("xtc-threshold"), parsing: .unconditional,
        help: "Their least probability; above 0.5 nothing is excluded. Default: 0.1.")
    var xtcThreshold: Float?

    @Option(
        name: .customLong("min-keep"), parsing: .unconditional,
        help: "Leave at least this many tokens after top-p, min-p, typical and XTC. Default: 0.")
    var minKeep: Int?

    @Option(
        name: .customLong("repeat-last-n"), parsing: .unconditional,
        help: "The last tokens that the three penalties look at; 0 for none, -1 for all. Default: 64.")
    var repeatLastN: Int?

    @Option(
        name: .customLong("repeat-penalty"), parsing: .unconditional,
        help: "Divide the logits of those tokens by this, or multiply them if negative. Default: 1.")
    var repeatPenalty: Float?

    @Option(
        name: .customLong("presence-penalty"), parsing: .unconditional,
        help: "Subtract this from the logits of those tokens. Default: 0.")
    var presencePenalty: Float?

    @Option(
        name: .customLong("frequency-penalty"), parsing: .unconditional,
        help: "Subtract this for each time they occur. Default: 0.")
    var frequencyPenalty: Float?

    @Option(
        name: .customLong("dry-multiplier"), parsing: .unconditional,
        help: "Penalty on tokens that continue a repetition (DRY). Default: 0.")
    var dryMultiplier: Float?

    @Option(
        name: .customLong("dry-base"), parsing: .unconditional,
        help: "How much it grows with each repeated token. Default: 1.75.")
    var dryBase: Float?

    @Option(
        name: .customLong("dry-allowed-length"), parsing: .unconditional,
        help: "The longest repetition that costs nothing more than the multiplier. Default: 2.")
    var dryAllowedLength: Int?

    @Option(
        name: .customLong("dry-penalty-last-n"), parsing: .unconditional,
        help: "The last tokens that are searched for repetitions; 0 for none, -1 for all. Default: 64.")
    var dryLastN: Int?

    @Option(
        name: .customLong("dry-sequence-breaker"), parsing: .unconditionalSingleValue,
        help: "A text that no repetition extends across, instead of \\n : \" and *; may be given again; none for none.")
    var dryBreakers: [String] = []

    @Option(
        name: .customLong("mirostat"), parsing: .unconditional,
        help: "2 for mirostat 2.0 instead of all samplers but the temperature. Default: the model's own, or 0.")
    var mirostat: Int?

    @Option(name: .customLong("mirostat-lr"), parsing: .unconditional, help: "Its learning rate. Default: 0.1.")
    var mirostatRate: Float?

    @Option(
        name: .customLong("mirostat-ent"), parsing: .unconditional,
        help: "The mean surprise that it aims at, in bits. Default: 5.")
    var mirostatEntropy: Float?

    @Option(
        name: [.customShort("l"), .customLong("logit-bias")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Add to a token's logit, as in 15043+1, 15043-1 or 15043-inf; may be given again.",
            valueName: "id(+/-)bias"))
    var logitBias: [LogitBiasArgument] = []

    @Option(
        name: [.customShort("r"), .customLong("reverse-prompt")], parsing: .unconditionalSingleValue,
        help: "End before this text, which is not printed; may be given again. Escapes are as in -p.")
    var stop: [String] = []

    package init() {}

    package func validate() throws {
        if samplers != nil, samplerLetters != nil {
            throw ValidationError("--samplers and --sampling-seq both give an order; leave one out")
        }
        switch mirostat {
        case nil, 0, 2: break
        case 1: throw ValidationError("--mirostat 1 is not supported; use --mirostat 2, its simpler successor")
        case let version?: throw ValidationError("--mirostat is \(version); expected 0 or 2")
        }
        do {
            var options = GenerationOptions()
            apply(to: &options, escapes: true)
            try options.validate()
            _ = try options.sampling(SamplingOptions())
        } catch { throw ValidationError("\(error)") }
    }

    /// - Parameter escapes: whether `\n` and the like in texts mean what they mean in C.
    package func apply(to options: inout GenerationOptions, escapes: Bool) {
        func text(_ text: String) -> String { escapes ? text.unescaped : text }
        options.seed = seed.flatMap { UInt64(exactly: $0) }
        options.samplers = samplers ?? samplerLetters
        options.temperature = temperature.map { $0 < 0 ? 0 : $0 }
        options.topK = topK.map { max(0, $0) }
        options.topP = topP
        options.minP = minP
        options.typicalP = typicalP
        options.topNSigma = topNSigma
        options.minKeep = minKeep
        options.repeatLastN = repeatLastN
        options.repeatPenalty = repeatPenalty
        options.presencePenalty = presencePenalty
        options.frequencyPenalty = frequencyPenalty
        if temperatureRange != nil || temperatureExponent != nil {
            options.dynamicTemperature = .init(range: temperatureRange ?? 0, exponent: temperatureExponent ?? 1)
        }
        if xtcProbability != nil || xtcThreshold != nil {
            options.xtc = .init(probability: xtcProbability ?? 0, threshold: xtcThreshold ?? 0.1)
        }
        if let dryMultiplier {
            options.dry = .init(
                multiplier: dryMultiplier, base: dryBase ?? 1.75, allowedLength: dryAllowedLength ?? 2,
                lastN: dryLastN ?? 64,
                sequenceBreakers: dryBreakers.isEmpty
                    ? SamplingOptions.DRY.defaultSequenceBreakers : dryBreakers.filter { $0 != "none" }.map(text))
        }
        if let mirostat {
            options.mirostat =
                mirostat == 2
                ? .version2(learningRate: mirostatRate ?? 0.1, entropy: mirostatEntropy ?? 5) : .off
        }
        for argument in logitBias { options.logitBias[argument.token, default: 0] += argument.bias }
        options.stop = stop.map(text)
    }
}

/// A token and what is added to its logit: `15043+1`, `15043-1`, `15043-inf`.
struct LogitBiasArgument: ExpressibleByArgument {
    let token: TokenID
    let bias: Float

    init?(argument: String) {
        guard let sign = argument.firstIndex(where: { "+-".contains($0) }), let token = TokenID(argument[..<sign]),
            let bias = Float(argument[sign...])
        else { return nil }
        self.token = token
        self.bias = bias
    }
}

extension SamplerKind {
    /// - Parameter names: separated by semicolons.
    fileprivate static func order(names: String) throws -> [SamplerKind] {
        try names.split(separator: ";").map { name in
            guard let kind = SamplerKind(name: String(name)) else {
                let known = defaultOrder.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("there is no sampler \"\(name)\"; expected some of \(known)")
            }
            return kind
        }
    }

    fileprivate static func order(letters: String) throws -> [SamplerKind] {
        try letters.map { letter in
            guard let kind = SamplerKind(letter: letter) else {
                throw ValidationError(
                    "there is no sampler \"\(letter)\"; expected some of \(String(defaultOrder.map(\.letter)))")
            }
            return kind
        }
    }
}
