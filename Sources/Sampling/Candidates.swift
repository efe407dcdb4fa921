import Foundation
internal import Tensor

/// The tokens that can still be drawn, with their logits.
///
/// At first, all tokens that the model scored are candidates, and their logits stay in the model's buffer, so that it
/// is cheap to change a few of them. The first step that drops tokens copies the others to a list, without those whose
/// logits are NaN or minus infinity.
///
/// `@unchecked Sendable` because the pointers are only set during a call.
struct Candidates: @unchecked Sendable {
    private(set) var tokens: [Int32] = []
    /// The logits minus `shift`.
    private(set) var logits: [Float] = []
    /// What was subtracted from all logits, which no distribution depends on but a change of single logits may.
    private var shift: Float = 0
    private var isListed = false
    /// Whether the list is in falling order of the logits.
    private var isSorted = false

    private var scores = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    /// The tokens that `scores` belong to; nil for all in order.
    private var scored: UnsafeBufferPointer<Int32>?

    private var best = TopK(capacity: 0)
    private var bestCount = 0  // its capacity
    private var sorter = DescendingSort()

    /// The tokens that a model scored.
    mutating func begin(_ scores: UnsafeMutableBufferPointer<Float>, of tokens: UnsafeBufferPointer<Int32>?) {
        self.scores = scores
        scored = tokens
        shift = 0
        isListed = false
    }

    /// Forgets the model's buffers.
    mutating func end() {
        scores = .init(start: nil, count: 0)
        scored = nil
        tokens.removeAll(keepingCapacity: true)
        logits.removeAll(keepingCapacity: true)
    }

    var count: Int { isListed ? tokens.count : scores.count }

    /// The largest logit; NaN or minus infinity if there is no token to draw.
    var largestLogit: Float {
        if isListed { return (isSorted ? logits.first : logits.max()) ?? -.infinity }
        return scores.isEmpty ? -.infinity : scores[argmax(UnsafeBufferPointer(scores))]
    }

    /// The logarithm of the sum of all exp(logit).
    var logSumExp: Float {
        let largest = largestLogit
        guard isListed else { return largest - log(largestProbability(ofLogits: UnsafeBufferPointer(scores))) }
        return largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
    }

    /// The standard deviation of the logits, without those that are NaN or minus infinity; 0 if there are none.
    var standardDeviation: Float {
        guard isListed else { return Self.standardDeviation(UnsafeBufferPointer(scores), largest: largestLogit) }
        return logits.withUnsafeBufferPointer { Self.standardDeviation($0, largest: largestLogit) }
    }

    private static func standardDeviation(_ logits: UnsafeBufferPointer<Float>, largest: Float) -> Float {
        // Differences from the largest are small enough for their squares to be summed in single precision, by lane.
        typealias Lanes = SIMD16<Float>
        var (counts, sums, squares) = (Lanes.zero, Lanes.zero, Lanes.zero)
        func add(_ values: Lanes) {
            let differences = values - largest
            let isValid = differences .> -.infinity
            let valid = Lanes.zero.replacing(with: differences, where: isValid)
            counts += Lanes.zero.replacing(with: 1, where: isValid)
            sums += valid
            squares += valid * valid
        }
        let whole = logits.count / Lanes.scalarCount * Lanes.scalarCount
        for place in stride(from: 0, to: whole, by: Lanes.scalarCount) {
            add(UnsafeRawPointer(logits.baseAddress! + place).loadUnaligned(as: Lanes.self))
        }
        for logit in logits[whole...] {
            var values = Lanes(repeating: -.infinity)
            values[0] = logit
            add(values)
        }
        let count = counts.sum()
        guard count > 0 else { return 0 }
        let mean = sums.sum() / count
        return max(0, squares.sum() / count - mean * mean).squareRoot()
    }

    // MARK: - Changing logits

    /// Changes the logits of the tokens in `map`.
    mutating func update<Value>(_ map: TokenMap<Value>, _ change: (_ logit: Float, _ value: Value) -> Float) {
        if isListed {
            for (place, token) in tokens.enumerated() where map[token] != .zero {
                logits[place] = change(logits[place] + shift, map[token]) - shift
            }
            isSorted = false
        } else if let scored {
            for (place, token) in scored.enumerated() where map[token] != .zero {
                scores[place] = change(scores[place] + shift, map[token]) - shift
            }
        } else {
            for token in map.tokens where scores.indices.contains(Int(token)) {
                scores[Int(token)] = change(scores[Int(token)] + shift, map[token]) - shift
            }
        }
    }

    /// Multiplies all logits by `factor`.
    mutating func scale(by factor: Float) {
        // Differences from the largest become minus infinity at worst.
        let largest = largestLogit
        guard largest.isFinite else { return }
        let limit = Float.greatestFiniteMagnitude
        shift = max(-limit, min(limit, (shift + largest) * factor))
        if isListed {
            for place in logits.indices { logits[place] = (logits[place] - largest) * factor }
        } else {
            for place in scores.indices { scores[place] = (scores[place] - largest) * factor }
        }
    }

    // MARK: - Dropping tokens

    /// Keeps the `count` most probable tokens, of equal ones the first, most probable first.
    mutating func keepLargest(_ count: Int) {
        guard !isListed, count <= Self.largestSelection else {
            sort()
            return keepFirst(count)
        }
        if count == 1 {  // which needs no list to insert into
            let place = scores.isEmpty ? nil : Int32(argmax(UnsafeBufferPointer(scores)))
            return list(CollectionOfOne(place).compactMap(\.self), isSorted: true)
        }
        if bestCount != count { (best, bestCount) = (TopK(capacity: count), count) }
        best.select(from: UnsafeBufferPointer(scores))
        list(best.indices, isSorted: true)
    }

    /// Insertion into a sorted list is the faster way up to about this many.
    private static let largestSelection = 1024

    /// Keeps the tokens whose logits are `limit` or more, or the `minimum` most probable ones if those are fewer.
    mutating func keep(atLeast limit: Float, minimum: Int) {
        if !isListed {
            list(scores.indices.lazy.map(Int32.init), atLeast: limit, isSorted: false)
            guard count < minimum else { return }
            isListed = false
            return keepLargest(minimum)
        }
        if isSorted { return keepFirst(max(minimum, logits.firstIndex { $0 < limit } ?? count)) }
        guard logits.lazy.filter({ $0 >= limit }).count < minimum else { return keep { _, logit in logit >= limit } }
        keepLargest(minimum)
    }

    /// Keeps some tokens of the list, in the same order.
    mutating func keep(where isKept: (_ place: Int, _ logit: Float) -> Bool) {
        var kept = 0
        for place in tokens.indices where isKept(place, logits[place]) {
            (tokens[kept], logits[kept]) = (tokens[place], logits[place])
            kept += 1
        }
        keepFirst(kept)
    }

    mutating func keepFirst(_ count: Int) {
        let excess = max(0, self.count - count)
        tokens.removeLast(excess)
        logits.removeLast(excess)
    }

    mutating func dropFirst(_ count: Int) {
        tokens.removeFirst(count)
        logits.removeFirst(count)
    }

    // MARK: - The list

    /// Lists the tokens, most probable first, of equal ones the first.
    mutating func sort() {
        guard !isListed || !isSorted else { return }
        if !isListed { list(scores.indices.lazy.map(Int32.init), isSorted: false) }
        sorter.sort(&tokens, &logits)
        isSorted = true
    }

    private mutating func list(
        _ places: some Sequence<Int32>, atLeast limit: Float = -.greatestFiniteMagnitude, isSorted: Bool
    ) {
        tokens.removeAll(keepingCapacity: true)
        logits.removeAll(keepingCapacity: true)
        for place in places where scores[Int(place)] >= limit {
            tokens.append(scored?[Int(place)] ?? place)
            logits.append(scores[Int(place)])
        }
        isListed = true
        self.isSorted = isSorted
    }

    /// The probabilities of the tokens, most probable first; none if a logit is infinite.
    mutating func probabilities(into result: inout [Float]) {
        sort()
        result.removeAll(keepingCapacity: true)
        guard let largest = logits.first, largest.isFinite else { return }
        result.append(contentsOf: logits.lazy.map { exp($0 - largest) })
        let sum = result.reduce(0, +)
        for place in result.indices { result[place] /= sum }
    }
}
