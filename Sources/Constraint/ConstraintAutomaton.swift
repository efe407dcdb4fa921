import Synchronization

/// A grammar over a vocabulary, compiled. All texts under the same constraint share one, and what they learn of it.
package final class ConstraintAutomaton: Sendable {
    package let vocabulary: ConstraintVocabulary
    let program: Program
    private let current: Mutex<Tables>

    /// Tables that texts look things up in. A full one is replaced; it lives on while texts use it.
    final class Tables: Sendable {
        let table: Mutex<MaskTable>

        init(_ program: Program, _ vocabulary: ConstraintVocabulary) throws(ConstraintError) {
            table = Mutex(try MaskTable(program, vocabulary))
        }
    }

    /// - Throws: `ConstraintError`: `leftRecursion`, `unsatisfiable` or `tooLarge`.
    package init(_ grammar: Grammar, vocabulary: ConstraintVocabulary) throws(ConstraintError) {
        // Those that end a text are not a part of it.
        program = try ProgramCompiler.compile(grammar) { set in
            set.isNegated
                || set.ids.contains { (0..<Int32(vocabulary.count)).contains($0) && !vocabulary.endTokens.contains($0) }
        }
        self.vocabulary = vocabulary
        current = Mutex(try Tables(program, vocabulary))
    }

    var tables: Tables { current.withLock { $0 } }

    /// The tables to use after `full`.
    func tables(after full: Tables) throws(ConstraintError) -> Tables {
        try current.withLock { (current) throws(ConstraintError) -> Tables in
            if current === full { current = try Tables(program, vocabulary) }
            return current
        }
    }
}
