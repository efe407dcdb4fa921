/// Reads a regular expression in ECMAScript's notation, with characters (not UTF-16) as its units.
struct PatternParser {
    private let source: String
    private var cursor: ScalarCursor
    private var depth = 0

    /// Groups within one another.
    private static let maximumDepth = 128

    static func parse(_ source: String) throws(ConstraintError) -> PatternSyntax {
        var parser = PatternParser(source: source, cursor: ScalarCursor(source))
        let syntax = try parser.readChoice()
        guard parser.cursor.next == nil else { throw parser.error("`)` without `(`") }
        return syntax
    }

    private init(source: String, cursor: ScalarCursor) { (self.source, self.cursor) = (source, cursor) }

    private func error(_ reason: String, at offset: Int? = nil) -> ConstraintError {
        .malformedPattern(pattern: source, offset: offset ?? cursor.offset, reason: reason)
    }

    private mutating func readChoice() throws(ConstraintError) -> PatternSyntax {
        var alternatives = [try readSequence()]
        while cursor.skip("|") { alternatives.append(try readSequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    private mutating func readSequence() throws(ConstraintError) -> PatternSyntax {
        var parts: [PatternSyntax] = []
        while let next = cursor.next, next != "|", next != ")" { parts.append(try readRepeated()) }
        return .joined(parts)
    }

    private mutating func readRepeated() throws(ConstraintError) -> PatternSyntax {
        let isAnchor = cursor.next == "^" || cursor.next == "$"
        let part = try readAtom()
        let offset = cursor.offset
        guard let (min, max) = try readQuantifier() else { return part }
        if isAnchor { throw error("an anchor cannot be repeated", at: offset) }
        return .repeated(part, min: min, max: max)
    }

    /// nil, and no step further, if none follows.
    private mutating func readQuantifier() throws(ConstraintError) -> (min: Int, max: Int?)? {
        let counts: (min: Int, max: Int?)
        let offset = cursor.offset
        if cursor.skip("*") {
            counts = (0, nil)
        } else if cursor.skip("+") {
            counts = (1, nil)
        } else if cursor.skip("?") {
            counts = (0, 1)
        } else if let braces = readBraces() {
            if let max = braces.max, max < braces.min { throw error("the numbers are in the wrong order", at: offset) }
            counts = braces
        } else {
            return nil
        }
        // Lazy or not, what matches is the same.
        _ = cursor.skip("?")
        return counts
    }

    /// `{2}`, `{2,}` or `{2,3}`. nil, and no step further, if it is something else: then the brace is a character.
    private mutating func readBraces() -> (min: Int, max: Int?)? {
        let start = cursor.offset
        guard cursor.skip("{") else { return nil }
        if let min = cursor.readNumber() {
            let max: Int? = cursor.skip(",") ? cursor.readNumber() : min
            if cursor.skip("}") { return (min, max) }
        }
        cursor.goBack(to: start)
        return nil
    }

    private mutating func readAtom() throws(ConstraintError) -> PatternSyntax {
        let offset = cursor.offset
        switch cursor.read() {
        case "^": return .textStart
        case "$": return .textEnd
        case ".": return .characters(.dot)
        case "(": return try readGroup(from: offset)
        case "[":
            var reader = PatternClassReader(source: source, cursor: cursor)
            let characters = try reader.readClass(from: offset)
            cursor = reader.cursor
            return .characters(characters)
        case "\\":
            var reader = PatternClassReader(source: source, cursor: cursor)
            let escape = try reader.readEscape(from: offset, isInClass: false)
            cursor = reader.cursor
            return .characters(escape.characters)
        case "*", "+", "?": throw error("there is nothing to repeat", at: offset)
        case "{":
            cursor.goBack(to: offset)
            if readBraces() != nil { throw error("there is nothing to repeat", at: offset) }
            _ = cursor.read()
            return .characters(CharacterClass("{"))
        case let scalar?: return .characters(CharacterClass(scalar))
        case nil: throw error("the end comes too early")
        }
    }

    private mutating func readGroup(from offset: Int) throws(ConstraintError) -> PatternSyntax {
        if cursor.skip("?") { try readGroupKind(from: offset) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw .tooLarge(what: "groups of a pattern within one another", limit: Self.maximumDepth)
        }
        let syntax = try readChoice()
        guard cursor.skip(")") else { throw error("the group is not closed", at: offset) }
        return syntax
    }

    /// Behind `(?`.
    private mutating func readGroupKind(from offset: Int) throws(ConstraintError) {
        if cursor.skip(":") { return }
        for kind in ["=", "!", "<=", "<!"] where cursor.skip(kind) {
            throw error("look-around is not supported", at: offset)
        }
        guard cursor.skip("<") else { throw error("groups of this kind are not supported", at: offset) }
        let name = cursor.read { $0 == "_" || $0 == "$" || $0.properties.isIDContinue }
        guard !name.isEmpty, cursor.skip(">") else { throw error("the group's name is not closed", at: offset) }
    }
}
