/// How long each of many steps takes. All of them are repeated, always in the same order.
struct StepTimes: Sendable {
    let name: String
    /// The least time of each step, in nanoseconds: what it takes where nothing else has the processor.
    private(set) var least: [Double] = []
    /// All times of all steps.
    private(set) var all: [Double] = []
    private var places: [String] = []
    /// The place of the next step.
    private(set) var next = 0

    init(_ name: String) { self.name = name }

    /// Begins a repetition: the next time is the first step's again.
    mutating func restart() { next = 0 }

    /// - Parameter place: what reports call the step.
    mutating func add(_ time: Duration, at place: @autoclosure () -> String) {
        let nanoseconds = time / .nanoseconds(1)
        all.append(nanoseconds)
        if next < least.count {
            least[next] = min(least[next], nanoseconds)
        } else {
            least.append(nanoseconds)
            places.append(place())
        }
        next += 1
    }

    var record: Record {
        var record = Record()
        record.add("test", name)
        record.add("n", least.count)
        record.add("mean_ns", least.mean)
        record.add("median_ns", least.median)
        record.add("p99_ns", least.percentile(99))
        record.add("worst_ns", least.max())
        record.add("worst_at", least.indices.max { least[$0] < least[$1] }.map { places[$0] })
        record.add("raw_mean_ns", all.mean)
        record.add("raw_p99_ns", all.percentile(99))
        record.add("raw_worst_ns", all.max())
        return record
    }

    /// A line for each step: its name, its place and its least time in nanoseconds.
    var lines: String { zip(places, least).map { "\(name)\t\($0)\t\(Int($1))\n" }.joined() }
}

extension [Double] {
    /// The smallest element that at least `share` percent are not above; 0 of none.
    func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return 0 }
        return sorted()[Swift.max(0, Int((Double(count) * share / 100).rounded(.up)) - 1)]
    }
}
