/// A regular expression in ECMAScript's notation, as JSON Schema's `pattern` has it.
///
/// It is found anywhere in a text, unless it says otherwise with `^` and `$`, which stand for the beginning and the end
/// of the text. Texts consist of Unicode characters (ECMAScript's flag `u`). `\d`, `\w` and `\s` are ECMAScript's. What
/// groups capture, and whether repetitions are lazy, makes no difference. Braces that are no repetition, and `]`, are
/// characters. Look-around, back references, word boundaries, flags and Unicode's scripts are errors.
package struct Pattern: Sendable, Hashable {
    struct Part: Sendable, Hashable {
        var source: String
        var syntax: PatternSyntax
        /// Whether the whole text must match, not just a part of it.
        var isWhole: Bool
    }

    /// All of them match.
    let parts: [Part]

    /// Symbols, with repetitions written out, and ranges of classes.
    private static let maximumSize = 100_000

    /// - Parameter isWhole: whether the whole text must match even without `^` and `$`.
    /// - Throws: `malformedPattern`, or `tooLarge` for more than 100 000 symbols (with repetitions written out) or
    ///   100 000 ranges of characters, or for more than 128 groups within one another.
    package init(_ source: String, isWhole: Bool = false) throws(ConstraintError) {
        let syntax = try PatternParser.parse(source)
        guard syntax.expandedSize <= Self.maximumSize, syntax.rangeCount <= Self.maximumSize else {
            throw .tooLarge(what: "symbols in a pattern", limit: Self.maximumSize)
        }
        parts = [Part(source: source, syntax: syntax, isWhole: isWhole)]
    }

    private init(parts: [Part]) { self.parts = parts }

    /// The pattern of the texts that both match.
    package func intersection(_ other: Pattern) -> Pattern {
        Pattern(parts: parts + other.parts.filter { !parts.contains($0) })
    }

    /// Whether no text matches both.
    ///
    /// - Throws: `tooLarge` if that would take too long to say.
    package func isDisjoint(from other: Pattern) throws(ConstraintError) -> Bool {
        try intersection(other).automaton().isEmpty
    }

    /// The automaton of the texts that match.
    func automaton() throws(ConstraintError) -> CharacterAutomaton {
        var automaton: CharacterAutomaton?
        for part in parts {
            let next = try PatternDeterminizer.automaton(PatternGraph(part.syntax, isWhole: part.isWhole))
            automaton = try automaton?.intersection(next) ?? next
        }
        guard let automaton else { preconditionFailure("a pattern has a part") }
        return automaton
    }
}
