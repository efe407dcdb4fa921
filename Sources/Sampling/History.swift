/// The text that a token is drawn for: what has been accepted, and the drafts between it and the token.
package struct History {
    private let text: [Int32]
    private let drafts: ArraySlice<Int32>

    package init(_ text: [Int32] = [], drafts: ArraySlice<Int32> = []) {
        self.text = text
        self.drafts = drafts
    }

    /// The position of the token.
    package var count: Int { text.count + drafts.count }

    /// Replaces the content of `tokens` by the last `limit` tokens, the last one first; by all if `limit` is -1.
    func copyLast(_ limit: Int, into tokens: inout [Int32]) {
        tokens.removeAll(keepingCapacity: true)
        let limit = limit < 0 ? count : min(limit, count)
        tokens.append(contentsOf: drafts.suffix(limit).reversed())
        tokens.append(contentsOf: text.suffix(limit - tokens.count).reversed())
    }
}
