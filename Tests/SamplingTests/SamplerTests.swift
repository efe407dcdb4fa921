import Foundation
import GGUF
import Sampling
import Testing

@Suite("Sampler")
struct SamplerTests {
    private let logits: [Float] = [1, 3, -2, 2.5, 0, 3, -8, 2]

    private func distribution(_ options: SamplingOptions) -> Distribution {
        var sampler = Sampler(options)
        var result = Distribution()
        var logits = logits
        logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, into: &result) }
        return result
    }

    private func softmax(_ logits: [Float]) -> [Float] {
        let weights = logits.map { exp(Double($0)) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }

    private func expectEqual(_ a: [Float], _ b: [Float]) {
        #expect(a.count == b.count)
        for (a, b) in zip(a, b) { #expect(abs(a - b) <= 1e-6) }
    }

    @Test("Without filters: the softmax of all, most probable first, equal ones by number")
    func everything() {
        let found = distribution(SamplingOptions(temperature: 1, topK: 0, topP: 1))
        #expect(found.tokens == [1, 5, 3, 7, 0, 4, 2, 6])
        expectEqual(found.probabilities, softmax([3, 3, 2.5, 2, 1, 0, -2, -8]))
    }

    @Test("Temperature 0 takes the best, the lowest number of equal ones")
    func greedy() {
        let found = distribution(SamplingOptions(temperature: 0))
        #expect(found.tokens == [1] && found.probabilities == [1])
    }

    @Test("Top-k keeps k", arguments: [1, 3, 8, 2000])
    func topK(_ k: Int) {
        let found = distribution(SamplingOptions(temperature: 1, topK: k, topP: 1))
        expectEqual(found.probabilities, softmax([3, 3, 2.5, 2, 1, 0, -2, -8].prefix(k).map { $0 }))
    }

    @Test(
        "Top-p keeps the fewest that reach it, at least one", arguments: [(0, 1), (0.3, 1), (0.5, 2), (0.9, 4), (1, 8)])
    func topP(_ p: Float, _ count: Int) {
        #expect(distribution(SamplingOptions(temperature: 1, topK: 0, topP: p)).count == count)
    }

    @Test("Min-p keeps what is not too far below the best")
    func minP() {
        // exp(2.5 - 3) = 0.61, exp(2 - 3) = 0.37
        #expect(distribution(SamplingOptions(temperature: 1, topK: 0, topP: 1, minP: 0.5)).tokens == [1, 5, 3])
        #expect(distribution(SamplingOptions(temperature: 1, topK: 0, topP: 1, minP: 1)).tokens == [1, 5])
    }

    @Test("The temperature comes last: it reweighs what the filters left")
    func temperature() {
        let found = distribution(SamplingOptions(temperature: 0.5, topK: 0, topP: 0.9))
        #expect(found.tokens == [1, 5, 3, 7])
        expectEqual(found.probabilities, softmax([6, 6, 5, 4]))
    }

    @Test("A token with a bias of minus infinity never remains, for any score", arguments: [0, 1])
    func banned(_ temperature: Float) {
        let found = distribution(
            SamplingOptions(
                temperature: temperature, topK: 3, topP: 1, logitBias: [1: -.infinity, 5: -.infinity]))
        #expect(found.tokens == (temperature == 0 ? [3] : [3, 7, 0]))
    }

    @Test("NaN logits give an empty distribution")
    func notANumber() {
        for temperature: Float in [0, 1] {
            var sampler = Sampler(SamplingOptions(temperature: temperature))
            var result = Distribution()
            var logits = [Float](repeating: .nan, count: 5)
            logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, into: &result) }
            #expect(result.count == 0)
            #expect(sampler.draw(from: result) == nil)
        }
    }

    @Test("The same seed draws the same, another seed something else")
    func seeds() {
        func draws(_ seed: UInt64) -> [Int32?] {
            var sampler = Sampler(SamplingOptions(seed: seed))
            let distribution = distribution(SamplingOptions(temperature: 1, topK: 0, topP: 1))
            return (0..<50).map { _ in sampler.draw(from: distribution) }
        }
        #expect(draws(7) == draws(7))
        #expect(draws(7) != draws(8))
    }

    @Test("Uniform numbers are in 0 ..< 1, with a mean of a half")
    func uniform() {
        var sampler = Sampler(SamplingOptions(seed: 1))
        let values = (0..<10_000).map { _ in sampler.uniform() }
        #expect(values.allSatisfy { (0..<1).contains($0) })
        // Within five standard errors of the mean; a uniform number deviates by 0.2887.
        let mean = values.reduce(0, +) / 10_000
        #expect(abs(mean - 0.5) < 5 * 0.2887 / 100)
    }

    @Test("Defaults come from the file, where it has any")
    func defaults() throws {
        var metadata = GGUFMetadata()
        #expect(try SamplingOptions(metadata) == SamplingOptions(temperature: 1, topK: 64, topP: 0.95))
        try metadata.add("general.sampling.temp", .float32(0.5))
        try metadata.add("general.sampling.top_k", .int32(20))
        try metadata.add("general.sampling.top_p", .float32(0.75))
        #expect(try SamplingOptions(metadata) == SamplingOptions(temperature: 0.5, topK: 20, topP: 0.75))
        var wrong = GGUFMetadata()
        try wrong.add("general.sampling.top_k", .string("many"))
        #expect(throws: GGUFError.wrongType(key: "general.sampling.top_k", expected: "integer", found: "string")) {
            try SamplingOptions(wrong)
        }
    }

    @Test("Options out of range are named")
    func ranges() {
        func message(_ options: SamplingOptions) -> String? {
            do {
                try options.validate()
                return nil
            } catch { return "\(error)" }
        }
        #expect(message(SamplingOptions()) == nil)
        #expect(message(SamplingOptions(temperature: -0.5)) == "temperature is -0.5; expected 0 or more")
        #expect(message(SamplingOptions(temperature: .nan)) == "temperature is nan; expected 0 or more")
        #expect(message(SamplingOptions(topK: -1)) == "top-k is -1; expected 0 or more")
        #expect(message(SamplingOptions(topP: 1.5)) == "top-p is 1.5; expected 0 to 1")
        #expect(message(SamplingOptions(minP: -0.1)) == "min-p is -0.1; expected 0 to 1")
    }

    // MARK: - What files and models may come with

    @Test("No logits, and no logit that is a number, give no token", arguments: [0, 1, 3])
    func noNumbers(_ temperature: Float) {
        for logits in [[], [Float](repeating: .nan, count: 5)] {
            var logits = logits
            var (sampler, result) = (Sampler(SamplingOptions(temperature: temperature)), Distribution())
            logits.withUnsafeMutableBufferPointer { sampler.distribution(of: $0, into: &result) }
            #expect(result.count == 0 && sampler.draw(from: result) == nil)
        }
    }

    @Test(
        "The lowest temperature takes the best", arguments: [Float.leastNonzeroMagnitude, .leastNormalMagnitude, 1e-30])
    func lowestTemperature(_ temperature: Float) {
        let found = distribution(SamplingOptions(temperature: temperature, topK: 0, topP: 1))
        #expect(found.tokens.starts(with: [1, 5]))
        expectEqual(found.probabilities.filter { $0 > 0 }, [0.5, 0.5])
    }

    @Test(
        "A file's default outside its range is refused by its key",
        arguments: [
            ("temp", GGUFValue.float32(.nan)), ("temp", .float32(-1)), ("temp", .float64(1e300)),
            ("top_p", .float32(1.5)), ("top_p", .float32(.nan)), ("min_p", .float32(-0.1)),
            ("min_p", .float32(.infinity)),
        ])
    func invalidDefaults(_ name: String, _ value: GGUFValue) throws {
        var metadata = GGUFMetadata()
        try metadata.add("general.sampling." + name, value)
        let error = #expect(throws: SamplingError.self) { try SamplingOptions(metadata) }
        #expect(error?.description.hasPrefix("metadata key general.sampling.\(name) is ") == true)
    }
}
