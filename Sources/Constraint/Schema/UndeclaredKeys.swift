/// Describes the keys of members that a schema does not name: any key but those that it does.
///
/// The declared keys are a tree, one character a level. A key is another one if it leaves the tree, or ends in it
/// where no declared key does.
struct UndeclaredKeys {
    private struct Node {
        var children: [(scalar: Unicode.Scalar, node: Int)] = []
        var isDeclared = false
        /// Whether a key may end here.
        let mayEnd: Bool
    }

    private let notation: any Notation
    private let characters: KeyCharacters
    private var nodes: [Node]

    /// - Returns: an expression for the text of such keys.
    static func text(
        without declared: [PropertyKey], notation: any Notation, builder: inout GrammarBuilder
    ) throws(ConstraintError) -> Expression {
        let keys = UndeclaredKeys(declared, notation: notation)
        var rules: [Int] = []
        for _ in keys.nodes { rules.append(try builder.reserve("undeclared key")) }
        for (place, rule) in rules.enumerated() { try builder.define(rule, keys.expression(at: place, rules)) }
        return .rule(rules[0])
    }

    private init(_ declared: [PropertyKey], notation: any Notation) {
        self.notation = notation
        characters = notation.keyCharacters
        nodes = [Node(mayEnd: characters.mayBeEmpty)]
        for key in declared { add(key) }
    }

    private mutating func add(_ key: PropertyKey) {
        var place = 0
        for scalar in key.text.unicodeScalars {
            if let child = nodes[place].children.first(where: { $0.scalar == scalar }) {
                place = child.node
            } else {
                nodes[place].children.append((scalar, nodes.count))
                place = nodes.count
                nodes.append(Node(mayEnd: !characters.notLast.contains(scalar)))
            }
        }
        nodes[place].isDeclared = true
    }

    private func expression(at place: Int, _ rules: [Int]) -> Expression {
        let node = nodes[place]
        var alternatives: [Expression] = node.children.map { child in
            .sequence([notation.text(String(child.scalar)), .rule(rules[child.node])])
        }
        if node.mayEnd, !node.isDeclared { alternatives.append(.empty) }
        let possible = place == 0 ? characters.all.subtracting(characters.notFirst) : characters.all
        let children = CharacterClass(node.children.map { $0.scalar.value...$0.scalar.value })
        alternatives += other(possible.subtracting(children))
        return .choice(alternatives)
    }

    /// One of some characters, and whatever may follow.
    private func other(_ first: CharacterClass) -> [Expression] {
        let (inner, last) = (characters.notLast, characters.all.subtracting(characters.notLast))
        let inside = Expression.repetition(notation.character(of: inner), min: 0, max: nil)
        let ending = notation.character(of: last)
        let rest = Expression.repetition(inner.isEmpty ? ending : .sequence([inside, ending]), min: 0, max: nil)
        var alternatives: [Expression] = []
        let firstLast = first.intersection(last)
        if !firstLast.isEmpty { alternatives.append(.sequence([notation.character(of: firstLast), rest])) }
        let firstInner = first.intersection(inner)
        if !firstInner.isEmpty {
            alternatives.append(.sequence([notation.character(of: firstInner), inside, ending, rest]))
        }
        return alternatives
    }
}
