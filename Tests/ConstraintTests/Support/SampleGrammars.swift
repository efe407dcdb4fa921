import Constraint

/// Grammars for tests.
enum SampleGrammars {
    /// Characters that a JSON string shows as they are.
    static let plain = CharacterClass([0...0x1F]).union(CharacterClass("\"", "\\")).inverted
    static let hex = CharacterClass([0x30...0x39, 0x41...0x46, 0x61...0x66])

    /// One character of a JSON string.
    static let jsonCharacter = Expression.choice([
        .characters(plain),
        .sequence([
            .literal("\\"),
            .choice([
                .characters(CharacterClass("\"", "\\", "/", "b", "f", "n", "r", "t")),
                .sequence([.literal("u"), .repetition(.characters(hex), min: 4, max: 4)]),
            ]),
        ]),
    ])

    static func jsonString(min: Int = 0, max: Int? = nil) -> Expression {
        .sequence([.literal("\""), .repetition(jsonCharacter, min: min, max: max), .literal("\"")])
    }

    /// Any JSON value, with spaces and lines.
    static let json: Grammar = {
        let digits = Expression.repetition(.characters(CharacterClass("0"..."9")), min: 1, max: nil)
        let number = Expression.sequence([
            .optional(.literal("-")),
            .choice([
                .literal("0"),
                .sequence([
                    .characters(CharacterClass("1"..."9")),
                    .repetition(.characters(CharacterClass("0"..."9")), min: 0, max: nil),
                ]),
            ]),
            .optional(.sequence([.literal("."), digits])),
            .optional(
                .sequence([
                    .characters(CharacterClass("e", "E")), .optional(.characters(CharacterClass("+", "-"))), digits,
                ])),
        ])
        let (value, space, string) = (Expression.rule(0), Expression.rule(1), Expression.rule(2))
        func list(_ open: String, _ element: Expression, _ close: String) -> Expression {
            .sequence([
                .literal(open), space,
                .optional(
                    .sequence([
                        element, space,
                        .repetition(.sequence([.literal(","), space, element, space]), min: 0, max: nil),
                    ])),
                .literal(close),
            ])
        }
        return Grammar(
            rules: [
                .init(
                    name: "value",
                    expression: .choice([
                        string, number, .literal("true"), .literal("false"), .literal("null"),
                        list("[", value, "]"),
                        list("{", .sequence([string, space, .literal(":"), space, value]), "}"),
                    ])),
                .init(
                    name: "space",
                    expression: .choice([
                        .empty, .literal(" "),
                        .sequence([
                            .literal("\n"), .repetition(.characters(CharacterClass(" ", "\t")), min: 0, max: 20),
                        ]),
                    ])),
                .init(name: "string", expression: jsonString()),
            ], root: 0)
    }()
}
