internal import Foundation

/// The samples of one test.
package struct Measurement: Sendable {
    package let test: BenchmarkTest
    package private(set) var samples: [Sample] = []
    package var draftCount = 0
    package var acceptedCount = 0
    /// Bytes that one decode reads: weights, keys and values.
    package var bytesPerPass: Int?

    package struct Sample: Sendable {
        package let time: Duration
        /// The number of tokens, passes or steps in it.
        package let count: Int

        var nanoseconds: Double { time / .nanoseconds(1) }
        var seconds: Double { time / .seconds(1) }
        var rate: Double { time > .zero ? Double(count) / seconds : 0 }
    }

    package init(_ test: BenchmarkTest) { self.test = test }

    package mutating func add(_ time: Duration, count: Int) { samples.append(Sample(time: time, count: count)) }

    package var nanoseconds: [Double] { samples.map(\.nanoseconds) }
    /// Tokens, passes or steps per second.
    package var rates: [Double] { samples.map(\.rate) }
    package var bytesPerSecond: Double? { bytesPerPass.map { Double($0) * rates.mean } }
}

extension [Double] {
    package var mean: Double { isEmpty ? 0 : reduce(0, +) / Double(count) }

    /// The sample standard deviation: divides by one less than the count.
    package var standardDeviation: Double {
        guard count > 1 else { return 0 }
        let mean = mean
        return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
    }

    package var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
