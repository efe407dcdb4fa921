import Constraint

/// What a text consists of, to a grammar: bytes of ordinary tokens, and tokens that are more than their text.
enum TextSymbol: Hashable {
    case byte(UInt8)
    case token(Int32)

    static func text(_ text: String) -> [TextSymbol] { text.utf8.map(TextSymbol.byte) }
}

/// Says whether a text obeys a grammar: slowly, and as simply as can be. The automaton is tested against it.
///
/// It computes all ends that each expression can have from a place, and remembers those of rules. A rule that comes to
/// itself without having read anything (left recursion) gives nothing there.
struct ReferenceRecognizer {
    private struct Call: Hashable {
        let rule: Int
        let start: Int
    }

    private let grammar: Grammar
    private let text: [TextSymbol]
    private var known: [Call: Set<Int>] = [:]

    static func accepts(_ text: [TextSymbol], _ grammar: Grammar) -> Bool {
        var recognizer = ReferenceRecognizer(grammar: grammar, text: text)
        return recognizer.ends(.rule(grammar.root), from: 0).contains(text.count)
    }

    static func accepts(_ text: String, _ grammar: Grammar) -> Bool { accepts(TextSymbol.text(text), grammar) }

    private init(grammar: Grammar, text: [TextSymbol]) { (self.grammar, self.text) = (grammar, text) }

    private mutating func ends(_ expression: Expression, from start: Int) -> Set<Int> {
        switch expression {
        case .bytes(let bytes):
            return text[start...].starts(with: bytes.map(TextSymbol.byte)) ? [start + bytes.count] : []
        case .characters(let characters):
            guard let (scalar, length) = character(at: start) else { return [] }
            return characters.contains(scalar) ? [start + length] : []
        case .token(let tokens):
            guard start < text.count, case .token(let id) = text[start] else { return [] }
            return tokens.contains(id) ? [start + 1] : []
        case .sequence(let parts):
            return parts.reduce([start]) { starts, part in ends(part, fromAny: starts) }
        case .choice(let alternatives):
            return alternatives.reduce(into: []) { $0.formUnion(ends($1, from: start)) }
        case .repetition(let part, let min, let max):
            return ends(of: part, min: min, max: max, from: start)
        case .rule(let rule):
            let call = Call(rule: rule, start: start)
            if let ends = known[call] { return ends }
            known[call] = []
            let found = ends(grammar.rules[rule].expression, from: start)
            known[call] = found
            return found
        }
    }

    private mutating func ends(_ expression: Expression, fromAny starts: Set<Int>) -> Set<Int> {
        starts.reduce(into: []) { $0.formUnion(ends(expression, from: $1)) }
    }

    private mutating func ends(of part: Expression, min: Int, max: Int?, from start: Int) -> Set<Int> {
        var reached: Set = [start]
        for _ in 0..<min {
            let next = ends(part, fromAny: reached)
            if next.isEmpty { return [] }
            // From here on, more of them change nothing: they can be empty.
            if next == reached { break }
            reached = next
        }
        var all = reached
        var count = min
        while !reached.isEmpty, max.map({ count < $0 }) ?? true {
            reached = ends(part, fromAny: reached).subtracting(all)
            all.formUnion(reached)
            count += 1
        }
        return all
    }

    private func character(at start: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        var bytes = text[start...].prefix(4).lazy.map { symbol -> UInt8 in
            if case .byte(let byte) = symbol { byte } else { 0xFF }
        }.makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return nil }
        return (scalar, UTF8.width(scalar))
    }
}
