/// What a step costs by its size, from noisy measurements; sizes never measured are on straight lines between the
/// others.
///
/// A page fault or a thread that lost its core must not count, so a measurement enters as the median of the last three
/// of its size, and moves the average by a bounded step.
struct CostCurve: Sendable {
    /// Element n: the cost of size n, never falling; 0 everywhere before anything was measured.
    private(set) var estimates: [Double]
    private var averages: [Double]
    private var counts: [Int]
    private var recent: [Double]  // [sizes, 3]: the last measurements
    /// What one size more costs as a share of the only one that was measured.
    private let assumedSlope: Double
    /// Consecutive outliers in one direction, and the smallest deviation ratio among them.
    private var drift = (count: 0, ratio: 1.0)

    /// Measurements that an average remembers.
    private static let memory = 8
    /// By how much of itself an average may move towards a measurement.
    private static let largestStep = 0.3
    /// Further off than measurements of a quiet machine.
    private static let usual = 0.87...1.15
    /// This many unusual ones in a row are not an accident.
    private static let driftLength = 5

    init(sizes: Int, assumedSlope: Double) {
        estimates = Array(repeating: 0, count: sizes)
        averages = estimates
        counts = Array(repeating: 0, count: sizes)
        recent = Array(repeating: 0, count: 3 * sizes)
        self.assumedSlope = assumedSlope
    }

    func isMeasured(_ size: Int) -> Bool { counts[size] > 0 }

    /// Whether what was measured for `size` cannot be, since larger ones took much less, and measuring again may tell.
    func isDoubtful(_ size: Int) -> Bool { (1...2).contains(counts[size]) && averages[size] > 1.2 * estimates[size] }

    mutating func record(_ cost: Double, size: Int) {
        followDrift(cost, size)
        recent[3 * size + counts[size] % 3] = cost
        counts[size] += 1
        let (a, b, c) = (recent[3 * size], recent[3 * size + 1], recent[3 * size + 2])
        switch counts[size] {
        case 1:
            // Buffers are touched for the first time, perhaps: what the other sizes make likely is the better guess.
            averages[size] = estimates[size] > 0 ? min(a, 1.5 * estimates[size]) : a
        case 2:
            averages[size] = min(a, b)
        default:
            let median = max(min(a, b), min(max(a, b), c))
            let bound = Self.largestStep * averages[size]
            let change = max(-bound, min(median - averages[size], bound))
            averages[size] += change / Double(min(counts[size] - 2, Self.memory))
        }
        interpolate()
    }

    /// Scales all sizes where the machine itself has become slower or faster. Without it the sizes that were measured
    /// long ago would look better or worse than they are.
    private mutating func followDrift(_ cost: Double, _ size: Int) {
        guard counts[size] > 3, averages[size] > 0 else { return }
        let ratio = cost / averages[size]
        guard !Self.usual.contains(ratio), drift.count == 0 || (ratio > 1) == (drift.ratio > 1) else {
            drift = (0, 1)
            return
        }
        let isLeast = drift.count == 0 || abs(ratio - 1) < abs(drift.ratio - 1)
        drift = (drift.count + 1, isLeast ? ratio : drift.ratio)
        guard drift.count == Self.driftLength else { return }
        for size in averages.indices { averages[size] *= drift.ratio }
        for place in recent.indices { recent[place] *= drift.ratio }
        drift = (0, 1)
    }

    private mutating func interpolate() {
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return
        }
        // More never costs less: of two measurements that contradict each other, the lower one is right, for the other
        // one will be measured again if it is.
        var bound = Double.infinity
        for size in (first...last).reversed() where counts[size] > 0 {
            bound = min(bound, averages[size])
            estimates[size] = bound
        }
        var previous = first
        for size in first...last where counts[size] > 0 {
            for between in previous..<size where between > previous {
                let share = Double(between - previous) / Double(size - previous)
                estimates[between] = estimates[previous] + share * (estimates[size] - estimates[previous])
            }
            previous = size
        }
        let slope =
            first == last
            ? assumedSlope * estimates[first] : (estimates[last] - estimates[first]) / Double(last - first)
        for size in 0..<first { estimates[size] = max(0, estimates[first] - slope * Double(first - size)) }
        for size in last + 1..<max(last + 1, counts.count) {
            estimates[size] = estimates[last] + slope * Double(size - last)
        }
    }
}
