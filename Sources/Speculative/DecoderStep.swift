/// What one pass of the target does for a sequence.
package struct DecoderStep {
    package let decoder: SpeculativeDecoder
    package let kind: StepKind
    /// Rows of the pass at most, at least 1.
    package var rows: Int
    /// Tokens that are wanted at most, at least 1; a constrained text is completed within them, if it can be.
    package let limit: Int
    /// Called with each new token in order, until it returns true: the text ends after that token.
    package let isLast: (Int32) -> Bool

    package init(
        _ kind: StepKind, of decoder: SpeculativeDecoder, rows: Int = .max, limit: Int = .max,
        isLast: @escaping (Int32) -> Bool = { _ in false }
    ) {
        self.kind = kind
        self.decoder = decoder
        self.rows = max(1, min(rows, decoder.target.batchLength))
        self.limit = limit
        self.isLast = isLast
    }

    /// Rows that the pass has for it at most.
    package var mostRows: Int {
        switch kind {
        case .prompt: min(rows, decoder.unreadCount)
        case .round where decoder.forcedText != nil: rows
        case .round(.atMost(let drafts)), .round(.exactly(let drafts)): min(rows, max(0, drafts) + 1)
        case .round(.chosen): min(rows, DraftLengthPolicy.maximum + 1)
        }
    }
}
