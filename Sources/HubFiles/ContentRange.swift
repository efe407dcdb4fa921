/// The header of a partial answer: `bytes 100-199/1000`.
package struct ContentRange: Sendable, Hashable {
    package let bytes: ClosedRange<Int>
    /// The size of the whole; nil where the server does not say it (`*`).
    package let total: Int?

    /// - Returns: nil for anything else, or if the range exceeds the whole.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let halves = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int(digits: $0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
        bytes = first...last
        if halves[1] == "*" {
            total = nil
        } else {
            guard let total = Int(digits: halves[1]), last < total else { return nil }
            self.total = total
        }
    }
}
