import ChatCommand
import Gemma
import Testing

@Suite struct SamplingSettingTests {
    private func options(_ settings: (String, String)...) throws -> GenerationOptions {
        var options = GenerationOptions()
        for (name, value) in settings { try SamplingSetting.named(name).set(value, in: &options) }
        return options
    }

    @Test func settingsHaveLlamasNames() throws {
        let set = try options(
            ("temperature", "0.25"), ("seed", "7"), ("--top-k", "5"), ("top_p", "0.5"), ("typical", "0.5"),
            ("xtc-threshold", "0.25"), ("dry-multiplier", "0.5"), ("mirostat", "2"), ("mirostat-ent", "4"),
            ("samplers", "top_k;temperature"), ("logit-bias", "15-1"), ("stop", "END"), ("n-predict", "12"))
        #expect(set.temperature == 0.25)
        #expect(set.seed == 7)
        #expect(set.topK == 5)
        #expect(set.topP == 0.5)
        #expect(set.typicalP == 0.5)
        #expect(set.xtc == .init(probability: 0, threshold: 0.25))
        #expect(set.dry == .init(multiplier: 0.5))
        #expect(set.mirostat == .version2(learningRate: 0.1, entropy: 4))
        #expect(set.samplers == [.topK, .temperature])
        #expect(set.logitBias == [15: -1])
        #expect(set.stop == ["END"])
        #expect(set.maximumResponseTokens == 12)
    }

    @Test func everySettingTakesAValueAndTheDefault() throws {
        let values = [
            "samplers": "k", "logit-bias": "3+1", "dry-sequence-breaker": "none", "reverse-prompt": "x",
            "mirostat": "2", "format": "json",
        ]
        for setting in SamplingSetting.all {
            var options = GenerationOptions()
            try setting.set(values[setting.name] ?? "1", in: &options)
            #expect(options != GenerationOptions(), "\(setting.name)")
            if setting.name != "dry-sequence-breaker" { #expect(setting.value(options) != nil, "\(setting.name)") }
            let changed = setting.value(options)
            try setting.set("default", in: &options)
            // A group that was begun keeps its usual values.
            #expect(setting.value(options) != changed || setting.value(options) == "1.0", "\(setting.name)")
        }
    }

    @Test func wrongValuesChangeNothing() throws {
        var options = GenerationOptions(topP: 0.5)
        for (name, value) in [("top-p", "2"), ("top-p", "x"), ("mirostat", "1"), ("samplers", "what"), ("seed", "-1")] {
            let setting = try SamplingSetting.named(name)
            #expect(throws: (any Error).self, "\(name) \(value)") { try setting.set(value, in: &options) }
        }
        #expect(options == GenerationOptions(topP: 0.5))
        #expect(throws: SettingError.unknown(name: "warmth")) { try SamplingSetting.named("warmth") }
    }
}
