import Gemma4
import Sampling
internal import Tokenizer

// What options mean for this model.

extension GemmaModel {
    /// The tokens of a text that begins with `prompt`: with `<bos>` before it, unless it has one.
    /// - Throws: `TokenizerError`.
    package func tokens(ofText prompt: RawPrompt) throws -> [TokenID] {
        tokenizer.beginning(try tokenizer.encode(prompt))
    }

    /// - Throws: `SamplingError`, or `GemmaError.invalidOption` for a bias of a token that does not exist.
    func sampler(_ options: GenerationOptions) throws -> Sampler {
        var sampling = try options.sampling(defaultSampling)
        for token in sampling.logitBias.keys where !tokenizer.vocabulary.contains(token) {
            throw GemmaError.invalidOption(
                name: "the token of a logit bias", value: "\(token)",
                expected: "0 to \(tokenizer.vocabulary.count - 1)")
        }
        if options.ignoresEndOfText {
            for token in tokenizer.endOfGeneration { sampling.logitBias[token] = -.infinity }
        }
        // After the user's biases, which must not bring them back.
        for token in target.suppressedTokens { sampling.logitBias[token] = -.infinity }
        let dry = sampling.dry
        return Sampler(sampling, breakers: dry.isOff ? .init() : .init(dry.sequenceBreakers, tokenizer))
    }
}
