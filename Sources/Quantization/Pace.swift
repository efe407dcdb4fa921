internal import GGUF

/// How fast values are converted, by the type they are converted to: those with few bits may take a hundred times as
/// long as others.
package struct Pace: Sendable {
    private struct Work: Sendable {
        var values = 0
        var seconds = 0.0

        var secondsPerValue: Double? { values > 0 && seconds > 0 ? seconds / Double(values) : nil }
    }

    private let entries: [QuantizationPlan.Entry]
    private var byType: [TensorType?: Work] = [:]
    private var all = Work()

    package init(_ entries: [QuantizationPlan.Entry]) { self.entries = entries }

    /// Notes that `values` of entry `index` took `seconds`.
    package mutating func add(_ index: Int, values: Int, seconds: Double) {
        byType[Self.kind(entries[index]), default: Work()].values += values
        byType[Self.kind(entries[index]), default: Work()].seconds += seconds
        all.values += values
        all.seconds += seconds
    }

    /// How long the rest takes, if types not met yet are as fast as the mean of the others; nil before the first.
    /// - Parameters:
    ///   - index: of the current entry.
    ///   - done: how many of its values are done.
    package func secondsLeft(at index: Int, done: Int) -> Double? {
        guard let mean = all.secondsPerValue else { return nil }
        var seconds = 0.0
        for (number, entry) in entries.enumerated().dropFirst(index) {
            let values = entry.tensor.elementCount - (number == index ? done : 0)
            seconds += Double(values) * (byType[Self.kind(entry)]?.secondsPerValue ?? mean)
        }
        return seconds
    }

    /// Nil for tensors that are only copied.
    private static func kind(_ entry: QuantizationPlan.Entry) -> TensorType? { entry.isConverted ? entry.type : nil }
}
