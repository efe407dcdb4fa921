import Foundation

/// Makes tokens less probable that would continue a repetition: what follows an earlier occurrence of the text's end.
///
/// Time and memory are linear in the window, however much it repeats itself.
struct DRYPenalty: SamplingStep {
    private let options: SamplingOptions.DRY
    private let breakers: SequenceBreakers
    private let largestExponent: Float
    private var recent: [Int32] = []
    private var matches: [Int] = []
    private var exponents = TokenMap<Int32>()  // plus 1

    /// - Returns: nil if it is off.
    init?(_ options: SamplingOptions.DRY, breakers: SequenceBreakers) {
        if options.isOff { return nil }
        self.options = options
        self.breakers = breakers
        // The largest power that is finite.
        largestExponent = options.base > 1 ? (log(.greatestFiniteMagnitude) / log(options.base)).rounded(.down) : 0
    }

    var keepsLargest: Bool { false }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        place.history.copyLast(options.lastN, into: &recent)
        let limit = breakers.lengthOfRest(recent) ?? recent.count
        guard recent.count > options.allowedLength, limit >= options.allowedLength else { return }
        matchEnd()
        exponents.removeAll()
        for place in 1..<max(1, recent.count) {
            // The token after the earlier occurrence would make the repetition one longer.
            let (length, next) = (min(matches[place], limit), recent[place - 1])
            guard length >= options.allowedLength, !breakers.containsAlone(next) else { continue }
            exponents[next] = max(exponents[next], Int32(length - options.allowedLength) + 1)
        }
        candidates.update(exponents) { logit, exponent in
            logit - options.multiplier * pow(options.base, min(Float(exponent - 1), largestExponent))
        }
    }

    /// Sets `matches[k]` to the number of tokens that `recent` and `recent[k...]` have in common at their beginnings,
    /// which are the ends of the text and of an earlier part of it (the Z algorithm).
    private mutating func matchEnd() {
        matches.removeAll(keepingCapacity: true)
        matches.append(recent.count)
        // `recent[start..<end]` is a beginning of `recent`, and of all such ranges so far the one that ends last.
        var (start, end) = (0, 0)
        for place in 1..<max(1, recent.count) {
            var length = place < end ? min(matches[place - start], end - place) : 0
            while place + length < recent.count, recent[place + length] == recent[length] { length += 1 }
            if place + length > end { (start, end) = (place, place + length) }
            matches.append(length)
        }
    }
}
