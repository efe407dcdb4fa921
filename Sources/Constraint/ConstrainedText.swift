package import Tokenizer

/// Where a text stands that obeys a constraint. A copy can follow drafts, and be dropped with them.
package struct ConstrainedText: Sendable {
    let automaton: ConstraintAutomaton
    private(set) var tables: ConstraintAutomaton.Tables
    var configuration = ConfigurationTable.start
    /// Whether a token has ended the text.
    package private(set) var hasEnded = false

    /// The empty text.
    package init(_ automaton: ConstraintAutomaton) {
        self.automaton = automaton
        tables = automaton.tables
    }

    /// Whether the text may end here.
    package var mayEnd: Bool { tables.table.withLock { $0.configurations.mayEnd(configuration) } }

    /// The fewest tokens that complete the text, if every byte is one, without the token that ends it.
    package var shortestRest: Int { Int(tables.table.withLock { $0.configurations.length(configuration) }) }

    /// The tokens that may come next, with those that end the text where it may end.
    /// - Parameter left: how many tokens may still come, with the one that ends the text. None is admitted after which
    ///   the text could not be completed within them, unless it cannot be anyway. Nil for any number.
    /// - Throws: `ConstraintError.nothingFits` if there are none, or `ConstraintError.tooLarge`.
    package func mask(left: Int? = nil) throws(ConstraintError) -> TokenMask {
        if hasEnded { return TokenMask(.few(automaton.vocabulary.endTokens)) }
        let mask = try tables.table.withLock { (table) throws(ConstraintError) in
            guard let left else { return try table.mask(of: configuration) }
            return try table.mask(of: configuration, left: left)
        }
        if mask.few?.isEmpty ?? false { throw .nothingFits }
        return mask
    }

    /// Adds a token to the text.
    /// - Returns: false if it does not fit; the text is as it was.
    /// - Throws: `ConstraintError.tooLarge`.
    package mutating func append(_ token: TokenID) throws(ConstraintError) -> Bool {
        if hasEnded { return false }
        let (next, isFull) = try tables.table.withLock { (table) throws(ConstraintError) in
            (try table.next(configuration, token), table.isFull)
        }
        guard next != ConfigurationTable.dead else {
            guard automaton.vocabulary.endTokens.containsSorted(token), mayEnd else { return false }
            hasEnded = true
            return true
        }
        configuration = next
        if isFull { try move() }
        return true
    }

    /// The bytes that must follow, as far as nothing else may; at most `limit`.
    package func forcedBytes(limit: Int) -> [UInt8] {
        if hasEnded { return [] }
        // Whoever wants to know what is forced can do without.
        return
            (try? tables.table.withLock { (table) throws(ConstraintError) in
                try table.forcedBytes(after: configuration, limit: limit)
            }) ?? []
    }

    /// Leaves tables that are full.
    private mutating func move() throws(ConstraintError) {
        let new = try automaton.tables(after: tables)
        configuration = try tables.table.withLock { (old) throws(ConstraintError) in
            try new.table.withLock { (table) throws(ConstraintError) in try table.adopt(configuration, from: old) }
        }
        tables = new
    }
}
