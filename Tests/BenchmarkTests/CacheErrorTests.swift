import Benchmarking
import Foundation
import SyntheticModel
import Tensor
import Testing

@Suite struct CacheErrorTests {
    private static let plain = Result { try errors(hasKeyOutliers: false) }
    private static let outliers = Result { try errors(hasKeyOutliers: true) }

    private static func errors(hasKeyOutliers: Bool) throws -> [CacheType: CacheErrors.Figures] {
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
        let order: [CacheType] = [.f32, .f16, .bf16, .q8_0, .q5_0, .q4_0, .tbq3_0]
        let errors = try Self.plain.get()
        for (better, worse) in zip(order, order.dropFirst()) {
            let (better, worse) = (try #require(errors[better]), try #require(errors[worse]))
            #expect(better.both < worse.both && better.values < worse.values && better.keys < worse.keys)
        }
        // Of the rotated types too, and with large channels.
        for errors in [errors, try Self.outliers.get()] {
            let rotated = try [CacheType.tbq4_0, .tbq3_tcq, .tbq3_0].map { try #require(errors[$0]) }
            for (better, worse) in zip(rotated, rotated.dropFirst()) {
                #expect(better.both < worse.both && better.values < worse.values && better.keys < worse.keys)
            }
        }
        // By the formats' definitions a Gaussian's error is 0.140² and 0.19² of the values' size.
        let (trellis, scalar) = (try #require(errors[.tbq3_tcq]), try #require(errors[.tbq3_0]))
        #expect((0.015...0.025).contains(trellis.values) && (0.025...0.045).contains(scalar.values))
        #expect(trellis.bitsPerValue == 3.25 && scalar.bitsPerValue == 3.5 && errors[.q5_1]?.bitsPerValue == 6)
    }

    @Test func largeChannelsHurtKeysThatAreNotRotatedMost() throws {
        let (plain, outliers) = (try Self.plain.get(), try Self.outliers.get())
        func growth(_ type: CacheType) throws -> Double {
            try #require(outliers[type]).keys / #require(plain[type]).keys
        }
        #expect(try growth(.q4_0) > 3)
        #expect(try growth(.f16) < 3)
        #expect(abs(try #require(outliers[.q4_0]).values / #require(plain[.q4_0]).values - 1) < 0.2)
        #expect(try growth(.tbq4_0) < growth(.q4_0) && growth(.tbq4_0) < growth(.iq4_nl))
        #expect(try growth(.tbq3_0) < growth(.q4_0))
    }

    @Test func ofTheTypesOfFourBitsTheRotatedOneIsBestOnlyForKeysWithLargeChannels() throws {
        let (plain, outliers) = (try Self.plain.get(), try Self.outliers.get())
        for type in [CacheType.q4_0, .iq4_nl] {
            #expect(try #require(outliers[.tbq4_0]).keys < #require(outliers[type]).keys)
            #expect(
                try #require(outliers[.tbq4_0]).keysForEqualQueries < #require(outliers[type]).keysForEqualQueries)
            #expect(try #require(outliers[.tbq4_0]).values > #require(outliers[type]).values)
            #expect(try #require(plain[.tbq4_0]).keys > #require(plain[type]).keys)
        }
    }
}
