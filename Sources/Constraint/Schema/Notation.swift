import JSON

/// How JSON values are written. A schema says which values may be; a notation says how they look.
protocol Notation {
    /// Calls of rules for values about which a schema says nothing more than their type, if that.
    var anyValue: Expression { get }
    var anyObject: Expression { get }
    var anyArray: Expression { get }
    var anyString: Expression { get }
    var anyNumber: Expression { get }
    var anyInteger: Expression { get }
    /// A call of the rule for any key.
    var anyKey: Expression { get }

    /// Between a bracket and the first thing in it.
    var opening: Expression { get }
    /// Between two members or elements.
    var comma: Expression { get }
    /// Between a key and its value.
    var colon: Expression { get }
    /// Before a closing bracket.
    var closing: Expression { get }

    /// A string of `length` characters, however these are written.
    func string(length: CountRange) -> Expression
    /// A string whose text, written by `character` and nothing else, is `text`.
    func string(_ text: Expression) -> Expression
    /// One character of a class, in the one way in which all would write it.
    func character(of characters: CharacterClass) -> Expression
    /// The text of a string: each character as `character` writes it.
    func text(_ text: String) -> Expression

    /// The key of a member.
    func key(_ key: PropertyKey) throws(ConstraintError) -> Expression
    /// A key whose text, written by `character`, is `text`.
    func key(_ text: Expression) -> Expression
    /// The characters that keys can have.
    var keyCharacters: KeyCharacters { get }
    /// The order in which members are written.
    func ordered(_ keys: [PropertyKey]) -> [PropertyKey]
}

/// Which characters a key can have.
struct KeyCharacters {
    /// Of all of a key's characters.
    var all: CharacterClass
    /// Those that a key cannot begin with.
    var notFirst = CharacterClass.none
    /// Those that a key cannot end with.
    var notLast = CharacterClass.none
    /// Whether a key can be empty.
    var mayBeEmpty: Bool
}

extension Notation {
    /// A value as it is.
    func literal(_ value: JSONValue) throws(ConstraintError) -> Expression {
        switch value {
        case .null: return .literal("null")
        case .bool(let value): return .literal(value ? "true" : "false")
        case .number(let number): return .literal(number.text)
        case .string(let text): return string(self.text(text))
        case .array(let elements):
            var parts: [Expression] = [.literal("[")]
            for (place, element) in elements.enumerated() {
                parts += [place == 0 ? opening : comma, try literal(element)]
            }
            return .sequence(parts + [closing, .literal("]")])
        case .object(let members):
            var parts: [Expression] = [.literal("{")]
            for (place, key) in ordered(members.keys.map(PropertyKey.init)).enumerated() {
                parts += [
                    place == 0 ? opening : comma, try self.key(key), colon, try literal(members[key.text] ?? .null),
                ]
            }
            return .sequence(parts + [closing, .literal("}")])
        }
    }
}
