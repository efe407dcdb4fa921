/// The token sequences that a repetition does not extend across; see `SamplingOptions.DRY`.
package struct SequenceBreakers: Sendable {
    /// By the first token, what follows it in each sequence.
    private var tails: [Int32: [[Int32]]] = [:]

    /// The most tokens after the first of a sequence, so that looking for sequences takes linear time.
    package static let longestTail = 20

    package init() {}

    /// Adds a sequence of `head` and at most `longestTail` tokens of `tail`.
    package mutating func insert(_ head: Int32, tail: [Int32] = []) {
        let tail = Array(tail.prefix(Self.longestTail))
        if tails[head]?.contains(tail) != true { tails[head, default: []].append(tail) }
    }

    package var isEmpty: Bool { tails.isEmpty }

    /// Whether the token is a sequence on its own.
    func containsAlone(_ token: Int32) -> Bool { tails[token]?.contains([]) ?? false }

    /// The number of tokens behind the last sequence; nil if there is none.
    /// - Parameter text: the last token first.
    func lengthOfRest(_ text: [Int32]) -> Int? {
        guard !isEmpty else { return nil }
        for (place, token) in text.enumerated() {
            // `place` tokens follow this one.
            guard let tails = tails[token] else { continue }
            let lengths = tails.lazy.filter { tail in
                tail.count <= place && tail.indices.allSatisfy { tail[$0] == text[place - 1 - $0] }
            }.map(\.count)
            if let longest = lengths.max() { return place - longest }
        }
        return nil
    }
}
