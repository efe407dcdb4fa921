import Foundation

extension Profile {
    /// A table of the steps that took time, in the order of a pass; empty where there are none.
    /// - Parameter bandwidth: bytes a second that the machine can read; nil leaves the shares of it out.
    package func table(bandwidth: Double?) -> String {
        var lines: [String] = []
        for stage in Stage.allCases {
            for step in Step.allCases where self[stage, step].count > 0 {
                lines.append(line(stage == .draft ? "draft \(step.name)" : step.name, self[stage, step], bandwidth))
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
            + "   count         ms  share        GB    GB/s  of read       GOP   GOP/s"
        return ([header] + lines + [line("sum", sum, bandwidth)]).joined(separator: "\n") + "\n"
    }

    private static let nameWidth = 24

    private func line(_ name: String, _ entry: Entry, _ bandwidth: Double?) -> String {
        let seconds = entry.time / .seconds(1)
        let rate = seconds > 0 ? Double(entry.bytes) / seconds : 0
        let share = total == .zero ? 0 : entry.time / total
        let ofRead = bandwidth.map { String(format: "%5.1f %%", rate / $0 * 100) } ?? "      -"
        return name.padding(toLength: Self.nameWidth, withPad: " ", startingAt: 0)
            + String(
                format: "%8d %10.2f %4.1f %% %9.3f %7.1f  %@ %9.2f %7.1f", entry.count, seconds * 1e3, share * 100,
                Double(entry.bytes) / 1e9, rate / 1e9, ofRead, Double(entry.operations) / 1e9,
                seconds > 0 ? Double(entry.operations) / seconds / 1e9 : 0)
    }
}
