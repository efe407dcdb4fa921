internal import Constraint

/// Where a constrained text stands before each row of a round: row 0 chooses the token after the text, row i the one
/// after i drafts. There are none while nothing constrains the text.
///
/// Rows are values that a round drops at its end, so drafts that are refused leave no trace.
struct ConstrainedRows {
    private var rows: [Row] = []
    /// Tokens that may still be written, from row 0 on.
    private var left = 0
    /// The logits of the few tokens that a row admits.
    private var gathered: [Float] = []

    private struct Row {
        let text: ConstrainedText
        /// Nil until it is asked for: drafting, and again for what verifies the draft.
        var mask: TokenMask?
    }

    /// Begins a round.
    /// - Parameters:
    ///   - text: where the text stands; nil if nothing constrains it.
    ///   - left: how many tokens it may still have. Rows admit none after which it could not be completed within them.
    mutating func begin(_ text: ConstrainedText?, left: Int) {
        rows.removeAll(keepingCapacity: true)
        self.left = left
        if let text { rows.append(Row(text: text)) }
    }

    /// Where the text stands before a row; nil if nothing constrains it.
    func text(before row: Int) -> ConstrainedText? { rows.isEmpty ? nil : rows[row].text }

    /// Puts a row after `row` and its token `token`, in place of those that were there.
    /// - Returns: whether the token fits. If not, nothing changes.
    mutating func append(_ token: Int32, after row: Int) throws(ConstraintError) -> Bool {
        guard var text = text(before: row) else { return true }
        guard try text.append(token) else { return false }
        rows.removeLast(rows.count - row - 1)
        rows.append(Row(text: text))
        return true
    }

    /// Whether nothing constrains the text, or the token before a row was taken.
    func has(_ row: Int) -> Bool { rows.isEmpty || row < rows.count }

    /// Whether the text is complete before a row, so that the row has nothing to choose.
    func hasEnded(before row: Int) -> Bool { text(before: row)?.hasEnded ?? false }

    /// Whether nothing but the end may follow at a row.
    mutating func mustEnd(at row: Int) throws(ConstraintError) -> Bool {
        guard let text = text(before: row) else { return false }
        guard text.mayEnd, let few = try mask(row)?.few else { return text.hasEnded }
        return few.allSatisfy(text.endTokens.contains)
    }

    private mutating func mask(_ row: Int) throws(ConstraintError) -> TokenMask? {
        if rows.isEmpty { return nil }
        if let mask = rows[row].mask { return mask }
        let mask = try rows[row].text.mask(left: left - row)
        rows[row].mask = mask
        return mask
    }

    /// The logits of the tokens that a row admits.
    /// - Parameters:
    ///   - logits: of all tokens or of `candidates`. Those of other tokens may be set to minus infinity.
    ///   - body: called with logits, and with the tokens that they belong to, nil for all.
    mutating func withAdmitted<Result>(
        at row: Int, of logits: UnsafeMutableBufferPointer<Float>, candidates: UnsafeBufferPointer<Int32>? = nil,
        body: (UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Int32>?) throws -> Result
    ) throws -> Result {
        guard let mask = try mask(row), !mask.isEverything else { return try body(logits, candidates) }
        if let candidates {
            for (place, token) in candidates.enumerated() where !mask.contains(token) { logits[place] = -.infinity }
            return try body(logits, candidates)
        }
        guard let few = mask.few else {
            mask.exclude(from: logits)
            return try body(logits, nil)
        }
        gathered.removeAll(keepingCapacity: true)
        for token in few { gathered.append(Int(token) < logits.count ? logits[Int(token)] : -.infinity) }
        return try gathered.withUnsafeMutableBufferPointer { gathered in
            try few.withUnsafeBufferPointer { try body(gathered, $0) }
        }
    }

    /// The token that ends the text at a row, where it may end: of several the most probable.
    func end(at row: Int, _ logits: UnsafeBufferPointer<Float>) -> Int32? {
        guard let text = text(before: row), text.mayEnd else { return nil }
        return text.endTokens.filter { Int($0) < logits.count }.max { logits[Int($0)] < logits[Int($1)] }
    }
}
