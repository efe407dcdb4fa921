extension Pattern {
    /// What describes the texts that match and whose lengths are within bounds.
    ///
    /// - Parameters:
    ///   - minLength: in characters, as is `maxLength`; nil for no bound.
    ///   - grammar: gets the rules that the expression calls, if it needs any.
    ///   - writing: says how one character of a class is written.
    /// - Throws: `unsatisfiable` if there is no such text, `tooLarge` if the automaton that counts gets too large.
    package func expression(
        minLength: Int = 0, maxLength: Int? = nil, in grammar: inout Grammar,
        writing: (CharacterClass) -> Expression = { .characters($0) }
    ) throws(ConstraintError) -> Expression {
        if let maxLength, maxLength < minLength { throw .unsatisfiable }
        if parts.count == 1, let search = PatternSearch(parts[0].syntax, isWhole: parts[0].isWhole) {
            guard let lengths = search.lengths else { throw .unsatisfiable }
            let isLongEnough = lengths.shortest >= minLength
            let isShortEnough = maxLength.map { lengths.longest ?? .max <= $0 } ?? true
            if isLongEnough, isShortEnough { return search.expression(writing: writing) }
            if let run = search.run {
                let shortest = max(run.min, minLength)
                let longest = [run.max, maxLength].compactMap { $0 }.min()
                guard longest ?? .max >= shortest else { throw .unsatisfiable }
                return .repetition(writing(run.characters), min: shortest, max: longest)
            }
        }
        let automaton = try automaton().within(minLength: minLength, maxLength: maxLength)
        guard !automaton.isEmpty else { throw .unsatisfiable }
        return automaton.expression(named: name, in: &grammar, writing: writing)
    }

    /// How messages name its rules.
    private var name: String { parts.map { "/\($0.source)/" }.joined(separator: " & ") }
}

extension Grammar {
    /// A regular expression in ECMAScript's notation, which the whole text matches.
    ///
    /// - Throws: `malformedPattern`, `tooLarge`, or `unsatisfiable` if nothing matches; see `Pattern`.
    package init(regularExpression: String) throws(ConstraintError) {
        self.init(.never)
        rules[root].expression = try Pattern(regularExpression, isWhole: true).expression(in: &self)
    }
}
