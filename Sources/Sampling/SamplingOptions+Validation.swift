extension SamplingOptions {
    /// - Throws: `SamplingError` for a value outside its range.
    public func validate() throws(SamplingError) { try validate(names: [:]) }

    /// - Parameter names: what an error calls options instead of their own names.
    func validate(names: [String: String]) throws(SamplingError) {
        func check(_ name: String, _ isValid: Bool, _ value: some Any, _ expected: String) throws(SamplingError) {
            guard isValid else {
                throw .outOfRange(option: names[name] ?? name, value: "\(value)", expected: expected)
            }
        }
        func checkShare(_ name: String, _ value: Float) throws(SamplingError) {
            try check(name, (0...1).contains(value), value, "0 to 1")
        }
        func checkWindow(_ name: String, _ value: Int) throws(SamplingError) {
            try check(name, value >= -1, value, "0 or more, or -1 for the whole text")
        }

        try check("temperature", temperature >= 0 && temperature.isFinite, temperature, "0 or more")
        let (range, exponent) = (dynamicTemperature.range, dynamicTemperature.exponent)
        try check("dynamic temperature range", range >= 0 && range.isFinite, range, "0 or more")
        try check("dynamic temperature exponent", exponent >= 0 && exponent.isFinite, exponent, "0 or more")
        try check("top-k", topK >= 0, topK, "0 or more")
        try checkShare("top-p", topP)
        try checkShare("min-p", minP)
        try checkShare("typical-p", typicalP)
        try check("top-n-sigma", topNSigma.isFinite, topNSigma, "a number; 0 or less keeps all tokens")
        try checkShare("XTC probability", xtc.probability)
        try checkShare("XTC threshold", xtc.threshold)

        try check("repeat penalty", (0.01...100).contains(repeatPenalty), repeatPenalty, "0.01 to 100")
        try check("presence penalty", (-100...100).contains(presencePenalty), presencePenalty, "-100 to 100")
        try check("frequency penalty", (-100...100).contains(frequencyPenalty), frequencyPenalty, "-100 to 100")
        try checkWindow("number of tokens for penalties", repeatLastN)
        try check("DRY multiplier", dry.multiplier >= 0 && dry.multiplier.isFinite, dry.multiplier, "0 or more")
        try check("DRY base", dry.base >= 1 && dry.base.isFinite, dry.base, "1 or more")
        try check("DRY allowed length", dry.allowedLength >= 0, dry.allowedLength, "0 or more")
        try checkWindow("number of tokens for DRY", dry.lastN)
        let breakers = dry.sequenceBreakers
        try check("number of DRY sequence breakers", breakers.count <= 64, breakers.count, "at most 64")
        for breaker in breakers {
            let size = breaker.utf8.count
            try check("length of a DRY sequence breaker", (1...40).contains(size), "\(size) bytes", "1 to 40")
        }

        if case .version2(let learningRate, let entropy) = mirostat {
            try checkShare("mirostat learning rate", learningRate)
            try check("mirostat entropy", (0...100).contains(entropy), entropy, "0 to 100")
        }
        for (token, bias) in logitBias {
            try check("token of a logit bias", (0..<1 << 20).contains(token), token, "0 to \((1 << 20) - 1)")
            try check("logit bias of token \(token)", bias < .infinity, bias, "a number or minus infinity")
        }
        try check("number of samplers", samplers.count <= 256, samplers.count, "at most 256")
        try check("minimum number of tokens", minKeep >= 0, minKeep, "0 or more")
    }
}

/// A sampling option outside its range.
public enum SamplingError: Error, Equatable, Sendable, CustomStringConvertible {
    case outOfRange(option: String, value: String, expected: String)

    public var description: String {
        switch self {
        case .outOfRange(let option, let value, let expected): "\(option) is \(value); expected \(expected)"
        }
    }
}
