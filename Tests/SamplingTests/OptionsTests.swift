import GGUF
import Sampling
import Testing

/// Names of samplers, and what files recommend.
@Suite("Sampling options by name")
struct OptionsTests {
    @Test("The default order is llama.cpp's, by names and by letters")
    func defaultOrder() {
        let names = SamplerKind.defaultOrder.map(\.rawValue).joined(separator: ";")
        #expect(names == "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature")
        #expect(String(SamplerKind.defaultOrder.map(\.letter)) == "edskypmxt")
        for kind in SamplerKind.allCases {
            #expect(SamplerKind(name: kind.rawValue) == kind && SamplerKind(letter: kind.letter) == kind)
        }
        #expect(SamplerKind(letter: "q") == nil)
    }

    @Test(
        "Other spellings",
        arguments: [
            ("top-k", SamplerKind.topK), ("top-n-sigma", .topNSigma), ("nucleus", .topP), ("typical", .typicalP),
            ("typical-p", .typicalP), ("typ-p", .typicalP), ("typ", .typicalP), ("min-p", .minP),
            ("temp", .temperature),
        ])
    func spellings(_ name: String, _ kind: SamplerKind) {
        #expect(SamplerKind(name: name) == kind)
    }

    @Test("No other name is a sampler's", arguments: ["", "top", "infill", "adaptive_p", "TOP_K"])
    func unknown(_ name: String) {
        #expect(SamplerKind(name: name) == nil)
    }

    @Test("A file can recommend samplers, their order and their options")
    func recommended() throws {
        var metadata = GGUFMetadata()
        try metadata.add("general.sampling.xtc_probability", .float32(0.25))
        try metadata.add("general.sampling.xtc_threshold", .float32(0.125))
        try metadata.add("general.sampling.penalty_repeat", .float32(1.5))
        try metadata.add("general.sampling.penalty_last_n", .int32(-1))
        try metadata.add("general.sampling.top_k", .int32(-1))
        try metadata.add("general.sampling.mirostat", .int32(2))
        try metadata.add("general.sampling.mirostat_tau", .float32(4))
        try metadata.add("general.sampling.mirostat_eta", .float32(0.5))
        try metadata.add("general.sampling.sequence", .string("top-k;infill;temperature;xtc"))
        let expected = SamplingOptions(
            topK: 0, xtc: .init(probability: 0.25, threshold: 0.125), repeatPenalty: 1.5, repeatLastN: -1,
            mirostat: .version2(learningRate: 0.5, entropy: 4), samplers: [.topK, .temperature, .xtc])
        #expect(try SamplingOptions(metadata) == expected)
    }

    @Test(
        "Recommendations outside their ranges are refused by their keys",
        arguments: [
            ("xtc_probability", GGUFValue.float32(2)), ("xtc_threshold", .float32(.nan)),
            ("penalty_repeat", .float32(0)),
            ("penalty_last_n", .int32(-2)), ("sequence", .string(String(repeating: "top_k;", count: 300))),
        ])
    func invalid(_ name: String, _ value: GGUFValue) throws {
        var metadata = GGUFMetadata()
        try metadata.add("general.sampling." + name, value)
        let error = #expect(throws: SamplingError.self) { try SamplingOptions(metadata) }
        #expect(error?.description.hasPrefix("metadata key general.sampling.\(name) is ") == true)
    }
}
