internal import Gemma

extension SamplingSetting {
    private static let xtc = SamplingOptions.XTC()
    private static let dry = SamplingOptions.DRY()
    private static let temperature = SamplingOptions.DynamicTemperature()

    /// In the order in which `/set` lists them.
    package static let all: [SamplingSetting] = [
        number("temp", "temperature", \.temperature) { max(0, $0) },
        number("seed", nil, \.seed, "a whole number, or default for another text each time"),
        number("predict", "n-predict", \.maximumResponseTokens, "a whole number") { $0 < 0 ? nil : $0 },
        number("top-k", nil, \.topK, "a whole number") { max(0, $0) },
        number("top-p", nil, \.topP),
        number("min-p", nil, \.minP),
        number("typical", "typical-p", \.typicalP),
        number("top-nsigma", "top-n-sigma", \.topNSigma),
        number("min-keep", nil, \.minKeep, "a whole number"),
        member("dynatemp-range", of: \.dynamicTemperature, temperature, \.range),
        member("dynatemp-exp", of: \.dynamicTemperature, temperature, \.exponent),
        member("xtc-probability", of: \.xtc, xtc, \.probability),
        member("xtc-threshold", of: \.xtc, xtc, \.threshold),
        number("repeat-last-n", nil, \.repeatLastN, "a whole number"),
        number("repeat-penalty", nil, \.repeatPenalty),
        number("presence-penalty", nil, \.presencePenalty),
        number("frequency-penalty", nil, \.frequencyPenalty),
        member("dry-multiplier", of: \.dry, dry, \.multiplier),
        member("dry-base", of: \.dry, dry, \.base),
        member("dry-allowed-length", of: \.dry, dry, \.allowedLength),
        member("dry-penalty-last-n", of: \.dry, dry, \.lastN),
        dryBreakers,
        mirostat,
        mirostatMember("mirostat-lr") { rate, _ in
            rate
        } change: {
            .version2(learningRate: $2, entropy: $1)
        },
        mirostatMember("mirostat-ent") { _, entropy in
            entropy
        } change: {
            .version2(learningRate: $0, entropy: $2)
        },
        samplers,
        logitBias,
        stop,
        format,
    ]

    /// The setting of that name; `_` counts as `-`, and hyphens before it do not matter.
    package static func named(_ name: String) throws(SettingError) -> SamplingSetting {
        let plain = name.lowercased().replacing("_", with: "-").drop { $0 == "-" }
        guard let setting = all.first(where: { $0.name == plain || $0.otherNames.contains(String(plain)) }) else {
            throw .unknown(name: name)
        }
        return setting
    }

    private static let dryBreakers = list(
        "dry-sequence-breaker", value: { $0.dry?.sequenceBreakers },
        clear: { $0.dry?.sequenceBreakers = SamplingOptions.DRY.defaultSequenceBreakers },
        add: { options, text in
            var changed = options.dry ?? dry
            changed.sequenceBreakers = text == "none" ? [] : changed.sequenceBreakers + [text]
            options.dry = changed
        })

    private static let stop = list(
        "reverse-prompt", "stop", value: { $0.stop }, clear: { $0.stop = [] }, add: { $0.stop.append($1) })

    /// Texts that are added one by one.
    private static func list(
        _ name: String, _ otherName: String? = nil, value: @escaping @Sendable (GenerationOptions) -> [String]?,
        clear: @escaping @Sendable (inout GenerationOptions) -> Void,
        add: @escaping @Sendable (inout GenerationOptions, String) -> Void
    ) -> SamplingSetting {
        SamplingSetting(
            name, otherName ?? name,
            value: { options in
                guard let texts = value(options), !texts.isEmpty else { return nil }
                return texts.map { "\"\(TerminalText.shown($0))\"" }.joined(separator: " ")
            }
        ) { options, text throws(SettingError) in
            if let text { add(&options, text) } else { clear(&options) }
        }
    }

    private static let mirostat = SamplingSetting(
        "mirostat",
        value: { options in
            switch options.mirostat {
            case nil: nil
            case .off: "0"
            case .version2: "2"
            }
        }
    ) { options, text throws(SettingError) in
        switch text {
        case nil: options.mirostat = nil
        case "0": options.mirostat = .off
        case "2": options.mirostat = .version2()
        case let text?: throw .invalid(name: "mirostat", value: text, expected: "0 or 2")
        }
    }

    private static func mirostatMember(
        _ name: String, value: @escaping @Sendable (_ rate: Float, _ entropy: Float) -> Float,
        change: @escaping @Sendable (_ rate: Float, _ entropy: Float, _ new: Float) -> SamplingOptions.Mirostat
    ) -> SamplingSetting {
        @Sendable func members(_ mirostat: SamplingOptions.Mirostat?) -> (Float, Float)? {
            if case .version2(let rate, let entropy)? = mirostat { (rate, entropy) } else { nil }
        }
        return SamplingSetting(
            name, value: { members($0.mirostat).map { value($0.0, $0.1).description } }
        ) { options, text throws(SettingError) in
            let usual: (Float, Float) = (0.1, 5)
            let (rate, entropy) = members(options.mirostat) ?? usual
            let new: Float = try parse(text, name, "a number") ?? value(usual.0, usual.1)
            options.mirostat = change(rate, entropy, new)
        }
    }

    private static let samplers = SamplingSetting(
        "samplers", "sampling-seq", value: { $0.samplers?.map(\.rawValue).joined(separator: ";") }
    ) { options, text throws(SettingError) in
        guard let text else { return options.samplers = nil }
        let byName = text.split(separator: ";").map { SamplerKind(name: String($0)) }
        let byLetter = text.map { SamplerKind(letter: $0) }
        guard let kinds = [byName, byLetter].first(where: { !$0.contains(nil) }) else {
            let known = SamplerKind.defaultOrder.map(\.rawValue).joined(separator: ";")
            throw .invalid(name: "samplers", value: text, expected: "some of \(known)")
        }
        options.samplers = kinds.compactMap { $0 }
    }

    private static let logitBias = SamplingSetting(
        "logit-bias",
        value: { options in
            let biases = options.logitBias.sorted { $0.key < $1.key }
            return biases.isEmpty
                ? nil : biases.map { "\($0.key)\($0.value < 0 ? "" : "+")\($0.value)" }.joined(separator: " ")
        }
    ) { options, text throws(SettingError) in
        guard let text else { return options.logitBias = [:] }
        guard let sign = text.firstIndex(where: { "+-".contains($0) }), let token = TokenID(text[..<sign]),
            let bias = Float(text[sign...])
        else { throw .invalid(name: "logit-bias", value: text, expected: "a token and a number, as in 15043+1") }
        options.logitBias[token, default: 0] += bias
    }
}
