import JSON

/// JSON as RFC 8259 has it, with little white space.
struct JSONNotation: Notation {
    let anyValue, anyObject, anyArray, anyString, anyNumber, anyInteger: Expression
    let opening, comma, colon, closing: Expression

    /// - Parameter builder: gets the rules that all schemas share.
    init(_ builder: inout GrammarBuilder) throws(ConstraintError) {
        let space = try builder.add("white space", Self.space)
        opening = space
        closing = space
        comma = try builder.add("comma", .sequence([space, .literal(","), space]))
        colon = try builder.add("colon", .sequence([space, .literal(":"), space]))

        anyString = try builder.add("string", Self.string(length: CountRange()))
        anyInteger = try builder.add("integer", Self.integer)
        anyNumber = try builder.add("number", .sequence([Self.integer, Self.fraction, Self.exponent]))
        let value = try builder.reserve("value")
        anyValue = .rule(value)
        let member = try builder.add("member", .sequence([anyString, colon, anyValue]))
        anyObject = try builder.add("object", Self.list("{", of: member, space: space, comma: comma, "}"))
        anyArray = try builder.add("array", Self.list("[", of: anyValue, space: space, comma: comma, "]"))
        try builder.define(
            value,
            .choice([
                anyObject, anyArray, anyString, anyNumber, .literal("true"), .literal("false"), .literal("null"),
            ]))
    }

    private static func list(
        _ open: String, of element: Expression, space: Expression, comma: Expression, _ close: String
    ) -> Expression {
        let elements = Expression.sequence([
            space, element, .repetition(.sequence([comma, element]), min: 0, max: nil),
        ])
        return .sequence([.literal(open), .optional(elements), space, .literal(close)])
    }

    // MARK: - Tokens

    /// Nothing, one space, or a new line with an indentation.
    private static let space = Expression.choice([
        .empty, .literal(" "),
        .sequence([.literal("\n"), .repetition(.characters(CharacterClass(" ", "\t")), min: 0, max: 20)]),
    ])

    private static let digit = Expression.characters(CharacterClass("0"..."9"))
    private static let digits = Expression.repetition(digit, min: 1, max: nil)
    private static let integer = Expression.sequence([
        .optional(.literal("-")),
        .choice([
            .literal("0"),
            .sequence([.characters(CharacterClass("1"..."9")), .repetition(digit, min: 0, max: nil)]),
        ]),
    ])
    private static let fraction = Expression.optional(.sequence([.literal("."), digits]))
    private static let exponent = Expression.optional(
        .sequence([
            .characters(CharacterClass("e", "E")), .optional(.characters(CharacterClass("+", "-"))), digits,
        ]))

    // MARK: - Strings

    /// What stands in a string as it is.
    private static let plain = CharacterClass([0x20...CharacterClass.last])
        .subtracting(CharacterClass("\"", "\\"))
    private static let plainCharacter = Expression.characters(plain)

    private static func hexadecimal(_ first: CharacterClass) -> Expression {
        .characters(
            first.union(
                CharacterClass(
                    first.ranges.flatMap { range in
                        // Capital letters as well.
                        range.filter { $0 >= 0x61 }.map { ($0 - 0x20)...($0 - 0x20) }
                    })))
    }
    private static let anyHexadecimal = hexadecimal(CharacterClass([0x30...0x39, 0x61...0x66]))

    /// A character as `\uXXXX`, or as two of them: a reader must not meet half of a surrogate pair.
    private static let unicodeEscape = Expression.choice([
        .sequence(
            [.literal("u"), hexadecimal(CharacterClass([0x30...0x39, 0x61...0x63, 0x65...0x66]))]
                + Array(repeating: anyHexadecimal, count: 3)),
        .sequence([
            .literal("u"), hexadecimal(CharacterClass("d")), .characters(CharacterClass("0"..."7")), anyHexadecimal,
            anyHexadecimal,
        ]),
        .sequence([
            .literal("u"), hexadecimal(CharacterClass("d")), hexadecimal(CharacterClass("8", "9", "a", "b")),
            anyHexadecimal, anyHexadecimal, .literal("\\u"), hexadecimal(CharacterClass("d")),
            hexadecimal(CharacterClass("c"..."f")), anyHexadecimal, anyHexadecimal,
        ]),
    ])
    private static let escape = Expression.sequence([
        .literal("\\"),
        .choice([.characters(CharacterClass("\"", "\\", "/", "b", "f", "n", "r", "t")), unicodeEscape]),
    ])

    private static func string(length: CountRange) -> Expression {
        .sequence([
            .literal("\""), .repetition(.choice([plainCharacter, escape]), min: length.min, max: length.max),
            .literal("\""),
        ])
    }

    func string(length: CountRange) -> Expression { Self.string(length: length) }

    func string(_ text: Expression) -> Expression { .sequence([.literal("\""), text, .literal("\"")]) }

    func character(of characters: CharacterClass) -> Expression {
        guard !Self.plain.contains(characters) else { return .characters(characters) }
        let plain = characters.intersection(Self.plain)
        let escaped = characters.subtracting(Self.plain).ranges.joined().map { byte in
            Expression.literal(jsonEscape(of: UInt8(truncatingIfNeeded: byte)) ?? "")
        }
        return .choice((plain.isEmpty ? [] : [.characters(plain)]) + escaped)
    }

    func text(_ text: String) -> Expression {
        let quoted = Array(JSONValue.string(text).json.utf8)
        return .bytes(Array(quoted.dropFirst().dropLast()))
    }

    // MARK: - Keys

    var anyKey: Expression { anyString }
    func key(_ key: PropertyKey) -> Expression { string(text(key.text)) }
    func key(_ text: Expression) -> Expression { string(text) }
    var keyCharacters: KeyCharacters { KeyCharacters(all: .all, mayBeEmpty: true) }
    func ordered(_ keys: [PropertyKey]) -> [PropertyKey] { keys }
}
