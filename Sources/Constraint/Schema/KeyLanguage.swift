/// Which texts the keys of members can be that a schema does not name one by one.
struct KeyLanguage {
    /// Where a key is, as far as it has been read.
    private enum Place: Hashable {
        /// It begins like declared keys.
        case declared(Int)
        /// It is none of the declared ones, whatever follows.
        case other(mayEnd: Bool)
    }

    /// Where declared keys are after a common beginning.
    private struct Node {
        var children: [(scalar: Unicode.Scalar, node: Int)] = []
        var isDeclared = false
        /// Whether a key may end here, as far as its characters go.
        let mayEnd: Bool
    }

    private static let maximumStates = 20_000

    /// The keys that can be written, but for the declared ones.
    static func automaton(
        of characters: KeyCharacters, without declared: [PropertyKey]
    ) throws(ConstraintError) -> CharacterAutomaton {
        var nodes = [Node(mayEnd: characters.mayBeEmpty)]
        for key in declared { add(key, to: &nodes, characters) }
        return try CharacterAutomaton(
            from: Place.declared(0), limit: maximumStates, of: "states of keys",
            isFinal: { place in
                switch place {
                case .declared(let node): nodes[node].mayEnd && !nodes[node].isDeclared
                case .other(let mayEnd): mayEnd
                }
            },
            transitions: { (place) throws(ConstraintError) in
                var possible = characters.all
                var transitions: [(characters: CharacterClass, target: Place)] = []
                if case .declared(let node) = place {
                    if node == 0 { possible = possible.subtracting(characters.notFirst) }
                    var children: [ClosedRange<UInt32>] = []
                    for child in nodes[node].children {
                        children.append(child.scalar.value...child.scalar.value)
                        transitions.append((CharacterClass(child.scalar), .declared(child.node)))
                    }
                    possible = possible.subtracting(CharacterClass(children))
                }
                transitions.append((possible.subtracting(characters.notLast), .other(mayEnd: true)))
                transitions.append((possible.intersection(characters.notLast), .other(mayEnd: false)))
                return transitions
            })
    }

    private static func add(_ key: PropertyKey, to nodes: inout [Node], _ characters: KeyCharacters) {
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
}

extension CharacterAutomaton {
    /// The texts of this automaton that are not texts of the other one.
    func subtracting(_ other: CharacterAutomaton) throws(ConstraintError) -> CharacterAutomaton {
        struct Pair: Hashable {
            let own: Int
            /// Nil where the other automaton has no text that begins like that.
            let other: Int?
        }
        guard !isEmpty, !other.isEmpty else { return self }
        return try CharacterAutomaton(
            from: Pair(own: 0, other: 0), limit: 20_000, of: "states of keys",
            isFinal: { states[$0.own].isFinal && !($0.other.map { other.states[$0].isFinal } ?? false) },
            transitions: { (pair) throws(ConstraintError) in
                var transitions: [(characters: CharacterClass, target: Pair)] = []
                for transition in states[pair.own].transitions {
                    var rest = transition.characters
                    for opposite in pair.other.map({ other.states[$0].transitions }) ?? [] {
                        let common = rest.intersection(opposite.characters)
                        guard !common.isEmpty else { continue }
                        rest = rest.subtracting(common)
                        transitions.append((common, Pair(own: transition.target, other: opposite.target)))
                    }
                    transitions.append((rest, Pair(own: transition.target, other: nil)))
                }
                return transitions
            })
    }
}
