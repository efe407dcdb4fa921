import Foundation

/// Limits of the machine that no step can exceed.
package struct MachineLimits: Sendable {
    /// Bytes per second.
    package let readBandwidth: Double
    /// Operations per second of integer products.
    package let integerPeak: Double

    package init(readBandwidth: Double, integerPeak: Double) {
        self.readBandwidth = readBandwidth
        self.integerPeak = integerPeak
    }
}

extension Profile {
    /// A table of the steps that took time, in the order of a pass; empty if there are none.
    /// - Parameter limits: nil omits the shares of them.
    package func table(_ limits: MachineLimits?) -> String {
        var lines: [String] = []
        for stage in Stage.allCases {
            for step in Step.allCases where self[stage, step].count > 0 {
                lines.append(line(stage == .draft ? "draft \(step.name)" : step.name, self[stage, step], limits))
            }
        }
        guard !lines.isEmpty else { return "" }
        var sum = Entry()
        for stage in Stage.allCases {
            for step in Step.allCases {
                let entry = self[stage, step]
                sum.count += entry.count
                sum.time += entry.time
                sum.bytes += entry.bytes
                sum.operations += entry.operations
            }
        }
        let header =
            "step".padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
            + "   count         ms  share        GB    GB/s  of read       GOP   GOP/s  of int8"
        return ([header] + lines + [line("sum", sum, limits)]).joined(separator: "\n") + "\n"
    }

    private static let nameWidth = 24

    private func line(_ name: String, _ entry: Entry, _ limits: MachineLimits?) -> String {
        let seconds = entry.time / .seconds(1)
        let rate = seconds > 0 ? Double(entry.bytes) / seconds : 0
        let share = total == .zero ? 0 : entry.time / total
        let operations = seconds > 0 ? Double(entry.operations) / seconds : 0
        func percent(_ value: Double, _ limit: Double?) -> String {
            limit.map { String(format: "%5.1f %%", value / $0 * 100) } ?? "      -"
        }
        return name.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
            + String(
                format: "%8d %10.2f %4.1f %% %9.3f %7.1f  %@ %9.2f %7.1f  %@", entry.count, seconds * 1e3, share * 100,
                Double(entry.bytes) / 1e9, rate / 1e9, percent(rate, limits?.readBandwidth),
                Double(entry.operations) / 1e9, operations / 1e9, percent(operations, limits?.integerPeak))
    }
}
