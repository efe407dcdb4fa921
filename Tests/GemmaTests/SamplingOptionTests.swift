import BundledModel
import Gemma
import Testing

/// Samplers through the front door.
@Suite("Sampling options")
struct SamplingOptionTests {
    private let model: GemmaModel

    init() throws { model = try GemmaModel(contentsOf: #require(BundledModel.target), drafter: BundledModel.assistant) }

    private func text(_ options: GenerationOptions, prompt: String = "Once upon a time") async throws -> String {
        var text = ""
        for try await piece in try model.makeSession().streamResponse(to: prompt, options: options) { text += piece }
        return text
    }

    /// One change each, of which every one changes the text of one seed.
    private static let changes: [GenerationOptions] = [
        .init(temperature: 1.5), .init(dynamicTemperature: .init(range: 1)), .init(topK: 2), .init(topP: 0.3),
        .init(minP: 0.5), .init(typicalP: 0.3), .init(topNSigma: 0.2), .init(xtc: .init(probability: 1)),
        .init(repeatPenalty: 1.8), .init(presencePenalty: 2), .init(frequencyPenalty: 2),
        .init(repeatPenalty: 5, repeatLastN: 8), .init(dry: .init(multiplier: 5, allowedLength: 0)),
        .init(mirostat: .version2(entropy: 1)), .init(logitBias: [279: -20]),
        .init(minP: 0.5, samplers: [.temperature]), .init(topP: 0.1, minKeep: 3),
    ]

    @Test("Every option has an effect, and the same seed the same text", arguments: changes)
    func effects(_ change: GenerationOptions) async throws {
        var options = change
        options.seed = 4
        options.maximumResponseTokens = 60
        let changed = try await text(options)
        #expect(try await text(options) == changed)
        #expect(try await text(.init(seed: 4, maximumResponseTokens: 60)) != changed)
    }

    @Test("A seed gives the same text with any number of drafts, unless drafts are coupled by rejection")
    func drafts() async throws {
        func text(_ length: DraftLength, _ coupling: DraftCoupling) async throws -> String {
            let speculation = SpeculationOptions(draftLength: length, coupling: coupling)
            return try await self.text(.init(seed: 4, maximumResponseTokens: 60, speculation: speculation))
        }
        let plain = try await text(.fixed(0), .sharedNoise)
        for length in [.fixed(1), .fixed(4), .automatic] as [DraftLength] {
            #expect(try await text(length, .sharedNoise) == plain)
        }
        #expect(try await text(.fixed(4), .rejection) != text(.fixed(0), .rejection))
    }

    @Test("DRY ends a repetition, unless a sequence breaker is part of it", arguments: ["ti", "q"])
    func dry(_ breaker: String) async throws {
        let prompt = "Once upon a time, there was Tim. Once upon a time"
        var options = GenerationOptions(temperature: 0, maximumResponseTokens: 1)
        #expect(try await text(options, prompt: prompt) == ",")
        options.dry = .init(multiplier: 100, sequenceBreakers: [breaker])
        #expect(try await (text(options, prompt: prompt) == ",") == (breaker == "ti"))
    }

    @Test("Options out of range are named, and nothing is read")
    func ranges() async throws {
        let session = try model.makeSession()
        let invalid: [(GenerationOptions, String)] = [
            (.init(temperature: .nan), "temperature is nan; expected 0 or more"),
            (.init(dynamicTemperature: .init(range: -1)), "dynamic temperature range is -1.0; expected 0 or more"),
            (.init(typicalP: 2), "typical-p is 2.0; expected 0 to 1"),
            (.init(topNSigma: .infinity), "top-n-sigma is inf; expected a number; 0 or less keeps all tokens"),
            (.init(xtc: .init(probability: -1)), "XTC probability is -1.0; expected 0 to 1"),
            (.init(repeatPenalty: 0), "repeat penalty is 0.0; expected 0.01 to 100"),
            (.init(presencePenalty: .nan), "presence penalty is nan; expected -100 to 100"),
            (
                .init(repeatLastN: -2),
                "number of tokens for penalties is -2; expected 0 or more, or -1 for the whole text"
            ),
            (.init(dry: .init(base: 0.5)), "DRY base is 0.5; expected 1 or more"),
            (
                .init(dry: .init(sequenceBreakers: [""])),
                "length of a DRY sequence breaker is 0 bytes; expected 1 to 40"
            ),
            (.init(mirostat: .version2(learningRate: 2)), "mirostat learning rate is 2.0; expected 0 to 1"),
            (.init(logitBias: [3: .infinity]), "logit bias of token 3 is inf; expected a number or minus infinity"),
            (.init(logitBias: [-1: 0]), "token of a logit bias is -1; expected 0 to 1048575"),
            (
                .init(logitBias: [1_000_000: 1]),
                "the token of a logit bias is 1000000; expected 0 to \(model.tokenizer.vocabulary.count - 1)"
            ),
            (.init(minKeep: -1), "minimum number of tokens is -1; expected 0 or more"),
        ]
        for (options, message) in invalid {
            do {
                for try await _ in session.streamResponse(to: "a", options: options) {}
                Issue.record("no error: \(message)")
            } catch { #expect("\(error)" == message) }
        }
        #expect(session.tokens.isEmpty)
    }
}
