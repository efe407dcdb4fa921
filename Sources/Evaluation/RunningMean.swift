/// The mean of a series of values, and its standard error.
package struct RunningMean: Sendable {
    package private(set) var count = 0
    private var sum = 0.0
    private var squares = 0.0

    package init() {}

    package mutating func add(_ value: Double) {
        count += 1
        sum += value
        squares += value * value
    }

    /// NaN before the first value.
    package var mean: Double { sum / Double(count) }

    /// The standard error of the mean; 0 for fewer than two values.
    package var error: Double {
        guard count > 1 else { return 0 }
        let variance = squares / Double(count) - mean * mean
        return variance > 0 ? (variance / Double(count - 1)).squareRoot() : 0
    }
}
