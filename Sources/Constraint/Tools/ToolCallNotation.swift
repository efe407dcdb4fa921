import JSON

/// How arguments of calls are written: keys bare and in order, strings between delimiter tokens and without escapes,
/// no white space.
struct ToolCallNotation: Notation {
    let anyValue, anyObject, anyArray, anyString, anyNumber, anyInteger, anyKey: Expression
    let opening = Expression.empty
    let comma = Expression.literal(",")
    let colon = Expression.literal(":")
    let closing = Expression.empty

    private let delimiter: Expression
    /// The tool whose arguments are written, for messages.
    var tool = ""

    /// - Parameters:
    ///   - json: for what is written as in JSON.
    ///   - builder: gets the rules that all tools share.
    init(
        _ json: JSONNotation, markers: ReplyMarkers, builder: inout GrammarBuilder
    ) throws(ConstraintError) {
        delimiter = .token(TokenSet([markers.stringDelimiter]))
        (anyNumber, anyInteger) = (json.anyNumber, json.anyInteger)
        anyString = try builder.add("string", Self.string(.repetition(.characters(.all), min: 0, max: nil), delimiter))
        let keys = try KeyLanguage.automaton(of: Self.keyCharacters, without: [])
        anyKey = try builder.extend { (grammar) throws(ConstraintError) in
            keys.expression(named: "key", in: &grammar) { .characters($0) }
        }
        let value = try builder.reserve("value")
        anyValue = .rule(value)
        let member = Expression.sequence([anyKey, colon, anyValue])
        anyObject = try builder.add("object", Self.list("{", of: member, "}"))
        anyArray = try builder.add("array", Self.list("[", of: anyValue, "]"))
        try builder.define(
            value,
            .choice([
                anyObject, anyArray, anyString, anyNumber, .literal("true"), .literal("false"), .literal("null"),
            ]))
    }

    private static func list(_ open: String, of element: Expression, _ close: String) -> Expression {
        let more = Expression.repetition(.sequence([.literal(","), element]), min: 0, max: nil)
        return .sequence([.literal(open), .optional(.sequence([element, more])), .literal(close)])
    }

    // MARK: - Strings

    private static func string(_ text: Expression, _ delimiter: Expression) -> Expression {
        .sequence([delimiter, text, delimiter])
    }

    func string(length: CountRange) -> Expression {
        string(.repetition(.characters(.all), min: length.min, max: length.max))
    }

    func string(_ text: Expression) -> Expression { Self.string(text, delimiter) }
    func character(of characters: CharacterClass) -> Expression { .characters(characters) }
    func text(_ text: String) -> Expression { .literal(text) }

    // MARK: - Keys

    /// A key ends at what structures arguments. White space around it is not part of it, and a quote at its beginning
    /// would make it a quoted one.
    private static let keyCharacters = KeyCharacters(
        all: CharacterClass(":", "=", ",", "{", "}", "[", "]", "(", ")", "\n").inverted,
        notFirst: space.union(CharacterClass("\"", "'")), notLast: space, mayBeEmpty: false)
    private static let space = CharacterClass([0x09...0x0D, 0x20...0x20])

    var keyCharacters: KeyCharacters { Self.keyCharacters }

    func key(_ key: PropertyKey) throws(ConstraintError) -> Expression {
        let scalars = key.text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, scalars.allSatisfy(keyCharacters.all.contains),
            !keyCharacters.notFirst.contains(first), !keyCharacters.notLast.contains(last)
        else { throw .tool(name: tool, reason: "the key \(key.text.debugDescription) cannot be written") }
        return .literal(key.text)
    }

    func key(_ text: Expression) -> Expression { text }

    /// By the lower-cased key, as the template's `dictsort` has it.
    func ordered(_ keys: [PropertyKey]) -> [PropertyKey] {
        let lowered = keys.enumerated().map { place, key in
            (place: place, scalars: Array(key.text.lowercased().unicodeScalars), key: key)
        }
        return lowered.sorted { left, right in
            left.scalars == right.scalars
                ? left.place < right.place : left.scalars.lexicographicallyPrecedes(right.scalars)
        }.map(\.key)
    }
}
