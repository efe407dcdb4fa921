package import GGUF

extension SamplingOptions {
    /// The options that a file recommends (`general.sampling.*`), and otherwise the defaults. A recommended sampler
    /// that does not exist here (mirostat 1, llama.cpp's `infill` and `adaptive_p`) is left out.
    /// - Throws: `GGUFError` for a value of another type, `SamplingError` for one outside its range.
    package init(_ metadata: GGUFMetadata) throws {
        self.init()
        func number(_ key: String) throws -> Float? { try metadata.numberIfPresent(key).map { Float($0) } }
        temperature = try number(Key.temperature) ?? temperature
        // Some recommend -1 for all tokens.
        topK = try metadata.integerIfPresent(Key.topK).map { max(0, $0) } ?? topK
        topP = try number(Key.topP) ?? topP
        minP = try number(Key.minP) ?? minP
        xtc.probability = try number(Key.xtcProbability) ?? xtc.probability
        xtc.threshold = try number(Key.xtcThreshold) ?? xtc.threshold
        repeatPenalty = try number(Key.repeatPenalty) ?? repeatPenalty
        repeatLastN = try metadata.integerIfPresent(Key.repeatLastN) ?? repeatLastN
        if try metadata.integerIfPresent(Key.mirostat) == 2 {
            mirostat = .version2(
                learningRate: try number(Key.mirostatRate) ?? 0.1, entropy: try number(Key.mirostatEntropy) ?? 5)
        }
        if let names = try metadata.stringIfPresent(Key.samplers) { samplers = try Self.samplers(names) }
        try validate(names: Key.names.mapValues { "metadata key " + $0 })
    }

    /// - Parameter names: llama.cpp's, separated by semicolons.
    private static func samplers(_ names: String) throws(SamplingError) -> [SamplerKind] {
        let limit = 1024  // every name ten times
        guard names.utf8.count <= limit else {
            throw .outOfRange(
                option: "metadata key " + Key.samplers, value: "\(names.utf8.count) bytes long",
                expected: "at most \(limit)")
        }
        return names.split(separator: ";").compactMap { SamplerKind(name: String($0)) }
    }

    private enum Key {
        static let temperature = "general.sampling.temp"
        static let topK = "general.sampling.top_k"
        static let topP = "general.sampling.top_p"
        static let minP = "general.sampling.min_p"
        static let xtcProbability = "general.sampling.xtc_probability"
        static let xtcThreshold = "general.sampling.xtc_threshold"
        static let repeatPenalty = "general.sampling.penalty_repeat"
        static let repeatLastN = "general.sampling.penalty_last_n"
        static let mirostat = "general.sampling.mirostat"
        static let mirostatRate = "general.sampling.mirostat_eta"
        static let mirostatEntropy = "general.sampling.mirostat_tau"
        static let samplers = "general.sampling.sequence"

        /// By the name of the option in errors.
        static let names = [
            "temperature": temperature, "top-k": topK, "top-p": topP, "min-p": minP,
            "XTC probability": xtcProbability, "XTC threshold": xtcThreshold, "repeat penalty": repeatPenalty,
            "number of tokens for penalties": repeatLastN, "mirostat learning rate": mirostatRate,
            "mirostat entropy": mirostatEntropy,
        ]
    }
}
