import Foundation

/// Divides the logits by the temperature; at 0 only the most probable token remains.
struct Temperature: SamplingStep {
    private let value: Float

    /// - Returns: nil if it changes nothing.
    init?(_ value: Float) {
        if value == 1 { return nil }
        self.value = value
    }

    /// Whether it leaves a single token.
    var isZero: Bool { value == 0 }

    var keepsLargest: Bool { true }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        Self.apply(value, to: &candidates)
    }

    static func apply(_ value: Float, to candidates: inout Candidates) {
        if value <= 0 { return candidates.keepLargest(1) }
        candidates.scale(by: min(1 / value, .greatestFiniteMagnitude))  // 0 times infinity would be NaN
    }
}

/// A temperature between two bounds, the higher the nearer the entropy is to that of equal chances.
struct DynamicTemperature: SamplingStep {
    private let bounds: ClosedRange<Float>
    private let exponent: Float
    private var probabilities: [Float] = []

    /// - Returns: nil if the temperature is constant.
    init?(_ temperature: Float, _ options: SamplingOptions.DynamicTemperature) {
        if options.range <= 0 { return nil }
        bounds = max(0, temperature - options.range)...(temperature + options.range)
        exponent = options.exponent
    }

    var keepsLargest: Bool { true }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        candidates.probabilities(into: &probabilities)
        guard probabilities.count > 1 else { return }
        let entropy = -probabilities.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
        let share = max(0, min(1, entropy / log(Float(probabilities.count))))
        let value = bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) * pow(share, exponent)
        Temperature.apply(value, to: &candidates)
    }
}
