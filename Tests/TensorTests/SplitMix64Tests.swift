import TensorBase
import Testing

@Suite struct SplitMix64Tests {
    /// The numbers that the author's program gives.
    @Test func theNumbersOfASeedAreThoseOfTheAuthors() {
        var generator = SplitMix64(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        for (index, number) in expected.enumerated() {
            #expect(generator.next() == number)
            #expect(SplitMix64.number(UInt64(index) + 1, seed: 1_234_567) == number)
        }
    }

    @Test func gaussianNumbersHaveMeanZeroVarianceOneAndNoCorrelation() {
        var generator = SplitMix64(seed: 1)
        let pairs = (0..<20_000).map { _ in generator.gaussians() }
        func mean(_ value: ((Double, Double)) -> Double) -> Double {
            pairs.reduce(0) { $0 + value($1) } / Double(pairs.count)
        }
        #expect(abs(mean { $0.0 }) < 0.03 && abs(mean { $0.1 }) < 0.03)
        #expect(abs(mean { $0.0 * $0.0 } - 1) < 0.05 && abs(mean { $0.1 * $0.1 } - 1) < 0.05)
        #expect(abs(mean { $0.0 * $0.1 }) < 0.03)
        // The fourth moment tells them from uniform numbers, for which it is 1.8.
        #expect(abs(mean { $0.0 * $0.0 * $0.0 * $0.0 } - 3) < 0.3)
    }
}
