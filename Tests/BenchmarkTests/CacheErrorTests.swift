import Benchmarking
import Foundation
import SyntheticModel
import Tensor
import Testing

@Suite struct CacheErrorTests {
    private func errors(hasKeyOutliers: Bool) throws -> [CacheType: CacheErrors.Figures] {
        var model = SyntheticModel(.mini)
        model.hasKeyOutliers = hasKeyOutliers
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).gguf")
        try model.target().write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let errors = try CacheErrors(of: url, threads: 2, positions: 128)
        #expect(errors.records.count == CacheType.allCases.count)
        return Dictionary(uniqueKeysWithValues: errors.figures.map { ($0.type, $0) })
    }

    @Test func moreBitsMeanSmallerErrors() throws {
        let errors = try errors(hasKeyOutliers: false)
        let order: [CacheType] = [.f32, .f16, .bf16, .q8_0, .q5_0, .q4_0, .tbq3_0]
        for (better, worse) in zip(order, order.dropFirst()) {
            let (better, worse) = (try #require(errors[better]), try #require(errors[worse]))
            #expect(better.both < worse.both && better.values < worse.values && better.keys < worse.keys)
        }
        // By the formats' definitions a Gaussian's error is 0.140² and 0.19² of the values' size.
        let (trellis, scalar) = (try #require(errors[.tbq3_tcq]), try #require(errors[.tbq3_0]))
        #expect((0.015...0.025).contains(trellis.values) && (0.025...0.045).contains(scalar.values))
        #expect(trellis.bitsPerValue == 3.25 && scalar.bitsPerValue == 3.5 && errors[.q5_1]?.bitsPerValue == 6)
    }

    @Test func largeChannelsHurtKeysThatAreNotRotatedMost() throws {
        let (plain, outliers) = (try errors(hasKeyOutliers: false), try errors(hasKeyOutliers: true))
        func growth(_ type: CacheType) throws -> Double {
            try #require(outliers[type]).keys / #require(plain[type]).keys
        }
        #expect(try growth(.q4_0) > 3)
        #expect(try growth(.f16) < 3)
        #expect(abs(try #require(outliers[.q4_0]).values / #require(plain[.q4_0]).values - 1) < 0.2)
    }
}
