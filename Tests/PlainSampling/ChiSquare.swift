import Foundation

/// How far counts are from what probabilities let expect.
package struct ChiSquare {
    package private(set) var value = 0.0
    private var cells = 0

    /// - Parameters:
    ///   - counts: how often each outcome was seen.
    ///   - probabilities: of all outcomes.
    package init<Outcome: Hashable>(_ counts: [Outcome: Int], _ probabilities: [Outcome: Double]) {
        let trials = Double(counts.values.reduce(0, +))
        var rest = (expected: 0.0, counted: 0)
        for (outcome, probability) in probabilities {
            let (expected, counted) = (probability * trials, counts[outcome, default: 0])
            if expected < 5 {
                rest = (rest.expected + expected, rest.counted + counted)
            } else {
                add(expected, counted)
            }
        }
        if rest.expected > 0 { add(rest.expected, rest.counted) }
    }

    private mutating func add(_ expected: Double, _ counted: Int) {
        value += (Double(counted) - expected) * (Double(counted) - expected) / expected
        cells += 1
    }

    /// What it stays below in 99.9 of 100 cases (Wilson and Hilferty). With fixed seeds a test does not flake.
    package var limit: Double {
        let freedom = max(1, Double(cells - 1))
        return freedom * pow(1 - 2 / (9 * freedom) + 3.09 * (2 / (9 * freedom)).squareRoot(), 3)
    }

    package var isPlausible: Bool { value < limit }
}
