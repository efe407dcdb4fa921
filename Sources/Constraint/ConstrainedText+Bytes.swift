package import Tokenizer

extension ConstrainedText {
    /// The tokens that end a text, in order.
    package var endTokens: [TokenID] { automaton.vocabulary.endTokens }

    /// The bytes that may come next; nil where tokens as a whole may come, or nothing.
    package var nextBytes: ByteSet? {
        if hasEnded { return nil }
        return tables.table.withLock { table in
            guard !table.configurations.readsTokens(configuration) else { return nil }
            let classes = table.configurations.program.classes
            var bytes = ByteSet()
            var (known, fits) = (-1, false)  // of a class
            for byte in UInt8.min ... .max {
                if known != Int(classes[Int(byte)]) {
                    // Whoever wants to know what may come can do without.
                    guard let next = try? table.next(configuration, byte: byte) else { return nil }
                    (known, fits) = (Int(classes[Int(byte)]), next != ConfigurationTable.dead)
                }
                if fits { bytes.insert(byte) }
            }
            return bytes
        }
    }

    /// Adds a byte to the text, for looking ahead.
    /// - Returns: false if it does not fit; the text is as it was.
    package mutating func append(byte: UInt8) -> Bool {
        if hasEnded { return false }
        let next = tables.table.withLock { try? $0.next(configuration, byte: byte) }
        guard let next, next != ConfigurationTable.dead else { return false }
        configuration = next
        return true
    }
}
