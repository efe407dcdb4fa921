import Foundation

/// Keeps the tokens whose surprise is nearest to the expected one, until their probabilities add up to more than p
/// (https://arxiv.org/abs/2202.00666).
struct TypicalP: SamplingStep {
    private let p: Float
    private let minKeep: Int
    private var probabilities: [Float] = []
    private var places: [Int32] = []
    private var differences: [Float] = []
    private var isKept: [Bool] = []
    private var sorter = DescendingSort()

    /// - Returns: nil if it keeps all tokens.
    init?(_ p: Float, minKeep: Int) {
        if p >= 1 { return nil }
        self.p = p
        self.minKeep = minKeep
    }

    var keepsLargest: Bool { false }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        candidates.probabilities(into: &probabilities)
        guard !probabilities.isEmpty else { return }
        // Probabilities so small that they are zero in single precision have no say.
        let entropy = -probabilities.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 }
        differences.removeAll(keepingCapacity: true)
        differences.append(contentsOf: probabilities.lazy.map { -abs(log($0) + entropy) })
        places.removeAll(keepingCapacity: true)
        places.append(contentsOf: 0..<Int32(probabilities.count))
        sorter.sort(&places, &differences)

        isKept.removeAll(keepingCapacity: true)
        isKept.append(contentsOf: repeatElement(false, count: probabilities.count))
        var sum: Float = 0
        for (index, place) in places.enumerated() {
            isKept[Int(place)] = true
            sum += probabilities[Int(place)]
            if sum > p, index + 1 >= minKeep { break }
        }
        candidates.keep { place, _ in isKept[place] }
    }
}
