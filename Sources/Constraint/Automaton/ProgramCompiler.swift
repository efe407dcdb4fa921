/// Compiles a grammar to a program, from its end to its beginning: each expression is given the state that comes after
/// it.
struct ProgramCompiler {
    private let grammar: Grammar
    private let analysis: GrammarAnalysis
    private var program = Program()
    private var utf8 = UTF8States()
    private var sets: [TokenSet: Int32] = [:]

    /// The most states and edges, each; several megabytes.
    static let largest = 400_000

    /// - Throws: `ConstraintError`: `leftRecursion`, `unsatisfiable` or `tooLarge`.
    static func compile(
        _ grammar: Grammar, hasToken: @escaping (TokenSet) -> Bool
    ) throws(ConstraintError) -> Program {
        var compiler = ProgramCompiler(grammar, try GrammarAnalysis(grammar, hasToken: hasToken))
        guard compiler.analysis.isProductive[grammar.root] else { throw .unsatisfiable }
        return try compiler.compile()
    }

    private init(_ grammar: Grammar, _ analysis: GrammarAnalysis) {
        (self.grammar, self.analysis) = (grammar, analysis)
    }

    private mutating func compile() throws(ConstraintError) -> Program {
        for (place, rule) in grammar.rules.enumerated() {
            guard analysis.isProductive[place] else {
                program.entries.append(Program.end)  // nothing calls it
                continue
            }
            let entry = try compile(rule.expression, next: Program.end)
            let kinds = CharacterKinds(within: loopCharacters(ofRule: place))
            if !kinds.isEmpty { program.selfLoops[entry, default: []].formUnion(kinds) }
            program.entries.append(entry)
        }
        program.isNullable = analysis.isNullable
        program.start = program.entries[grammar.root]
        program.findClasses()
        program.lengths = ShortestTexts.lengths(program)
        return program
    }

    private mutating func add(_ state: Program.State) throws(ConstraintError) -> Int32 {
        guard program.states.count < Self.largest, program.edges.count < Self.largest else {
            throw .tooLarge(what: "states", limit: Self.largest)
        }
        program.states.append(state)
        return Int32(program.states.count - 1)
    }

    // MARK: - Expressions

    /// - Returns: the state before `expression`, which is productive.
    private mutating func compile(_ expression: Expression, next: Int32) throws(ConstraintError) -> Int32 {
        switch expression {
        case .bytes(let bytes): return try compile(bytes[...], next: next)
        case .characters(let characters): return try compile(characters, next: next)
        case .token(let set): return try add(.token(set: number(of: set), next: next))
        case .sequence(let parts):
            var next = next
            for part in parts.reversed() { next = try compile(part, next: next) }
            return next
        case .choice(let parts): return try compile(choice: parts.map { [$0] }, next: next, depth: 0)
        case .repetition(let body, let min, let max): return try compile(body, min: min, max: max, next: next)
        case .rule(let rule):
            // A rule that nothing comes after returns to where this one returns to.
            return try add(.call(rule: Int32(rule), next: next))
        }
    }

    private mutating func compile(_ bytes: ArraySlice<UInt8>, next: Int32) throws(ConstraintError) -> Int32 {
        var next = next
        for byte in bytes.reversed() { next = try addEdges([Program.Edge(low: byte, high: byte, target: next)]) }
        return next
    }

    private mutating func compile(_ characters: CharacterClass, next: Int32) throws(ConstraintError) -> Int32 {
        var utf8 = utf8
        self.utf8 = UTF8States()  // so that it is not copied
        let edges = try utf8.edges(characters, next: next) { edges throws(ConstraintError) in try addEdges(edges) }
        self.utf8 = utf8
        let state = try addEdges(edges)
        let kinds = CharacterKinds(within: characters)
        if let loop = program.selfLoops[next], !kinds.isEmpty, kinds.isSubset(of: loop) {
            program.selfLoops[state] = kinds
        }
        return state
    }

    private mutating func addEdges(_ edges: [Program.Edge]) throws(ConstraintError) -> Int32 {
        let start = Int32(program.edges.count)
        program.edges += edges
        return try add(.bytes(edges: start..<Int32(program.edges.count)))
    }

    private mutating func number(of set: TokenSet) -> Int32 {
        if let number = sets[set] { return number }
        let number = Int32(program.tokenSets.count)
        program.tokenSets.append(set)
        sets[set] = number
        return number
    }

    private mutating func split(_ targets: [Int32]) throws(ConstraintError) -> Int32 {
        if targets.count == 1 { return targets[0] }
        let start = Int32(program.targets.count)
        program.targets += targets
        return try add(.split(targets: start..<Int32(program.targets.count)))
    }

    // MARK: - Repetitions

    private mutating func compile(
        _ body: Expression, min: Int, max: Int?, next: Int32
    ) throws(ConstraintError) -> Int32 {
        guard analysis.isProductive(body), max != 0 else { return next }
        let min = analysis.isNullable(body) ? 0 : min
        switch (min, max) {
        case (1, 1): return try compile(body, next: next)
        case (0, 1): return try split([try compile(body, next: next), next])
        case (0, nil): return try star(body, next: next)
        case (1, nil): return try compile(body, next: try star(body, next: next))
        default:
            let loop = Int32(program.loops.count)
            let limit = Int(Int32.max)
            program.loops.append(Program.Loop(body: 0, min: 0, max: 0, kinds: [], isByCharacters: false))  // its place
            let kinds = CharacterKinds(within: characters(of: body))
            program.loops[Int(loop)] = Program.Loop(
                body: try compile(body, next: Program.end), min: Int32(Swift.min(min, limit)),
                max: max.map { Int32(Swift.min($0, limit)) }, kinds: kinds, isByCharacters: readsAlone(kinds, body))
            return try add(.loop(loop, next: next))
        }
    }

    private mutating func star(_ body: Expression, next: Int32) throws(ConstraintError) -> Int32 {
        let head = try add(.end)  // its place
        let start = try compile(body, next: head)
        program.states[Int(head)] = .split(
            targets: Int32(program.targets.count)..<Int32(program.targets.count + 2))
        program.targets += [start, next]
        let kinds = CharacterKinds(within: characters(of: body))
        if !kinds.isEmpty { program.selfLoops[head] = kinds }
        return head
    }

    /// Characters that are the whole of `expression`; perhaps not all of them.
    private func characters(of expression: Expression, depth: Int = 0) -> CharacterClass {
        switch expression {
        case .characters(let characters): characters
        case .choice(let parts): parts.reduce(.none) { $0.union(characters(of: $1, depth: depth)) }
        case .sequence(let parts) where parts.count == 1: characters(of: parts[0], depth: depth)
        case .rule(let rule) where depth < 8: characters(of: grammar.rules[rule].expression, depth: depth + 1)
        default: .none
        }
    }

    /// Whether nothing in `expression` but single characters begins with a character of `kinds`.
    private func readsAlone(_ kinds: CharacterKinds, _ expression: Expression, depth: Int = 0) -> Bool {
        switch expression {
        case .characters: true
        case .bytes(let bytes): bytes.first.map { kinds.isDisjoint(with: CharacterKinds(ofFirstByte: $0)) } ?? false
        case .choice(let parts): parts.allSatisfy { readsAlone(kinds, $0, depth: depth) }
        case .sequence(let parts):
            if case .bytes = parts.first { readsAlone(kinds, parts[0], depth: depth) } else { false }
        case .rule(let rule) where depth < 8: readsAlone(kinds, grammar.rules[rule].expression, depth: depth + 1)
        default: false
        }
    }

    /// Characters after which a rule is at its beginning again: `rest ::= [a-z] rest | "."`.
    private func loopCharacters(ofRule rule: Int) -> CharacterClass {
        guard case .choice(let parts) = grammar.rules[rule].expression else { return .none }
        return parts.reduce(.none) { characters, part in
            guard case .sequence(let parts) = part, parts.count == 2, parts[1] == .rule(rule),
                case .characters(let more) = parts[0]
            else { return characters }
            return characters.union(more)
        }
    }

    // MARK: - Choices

    /// How many beginnings are taken out of a choice, one within the other.
    private static let deepestFactor = 64

    /// A choice of sequences. What several of them begin with is compiled once, so that a choice of many texts needs
    /// one state for each beginning of a text and not one for each text.
    private mutating func compile(
        choice alternatives: [[Expression]], next: Int32, depth: Int
    ) throws(ConstraintError) -> Int32 {
        let alternatives = alternatives.flatMap(flattened).filter { $0.allSatisfy(analysis.isProductive) }
        var groups: [Expression: [[Expression]]] = [:]
        var heads: [Expression] = []  // in order
        var targets: [Int32] = []
        var isNullable = false
        for alternative in alternatives {
            guard let head = alternative.first.map(headOf) else {
                isNullable = true
                continue
            }
            guard depth < Self.deepestFactor, head.isSimple else {
                targets.append(try compile(.sequence(alternative), next: next))
                continue
            }
            if groups[head] == nil { heads.append(head) }
            groups[head, default: []].append(alternative)
        }
        for head in heads {
            let group = groups[head]!
            guard group.count > 1 else {
                targets.append(try compile(.sequence(group[0]), next: next))
                continue
            }
            let (prefix, rests) = commonBeginning(of: group)
            let rest = try compile(choice: rests, next: next, depth: depth + 1)
            targets.append(try compile(.sequence(prefix), next: rest))
        }
        if isNullable || targets.isEmpty { targets.append(next) }
        return try split(targets)
    }

    /// The alternatives that an alternative stands for: sequences without sequences in front, choices taken apart.
    private func flattened(_ alternative: [Expression]) -> [[Expression]] {
        let alternative = Array(alternative.drop { $0 == .empty })
        switch alternative.first {
        case .sequence(let parts): return flattened(parts + alternative.dropFirst())
        case .choice(let parts) where alternative.count == 1: return parts.flatMap { flattened([$0]) }
        default: return [alternative]
        }
    }

    /// What alternatives are grouped by: bytes by the first one.
    private func headOf(_ expression: Expression) -> Expression {
        guard case .bytes(let bytes) = expression else { return expression }
        return .bytes([bytes[0]])
    }

    /// - Parameter group: alternatives with equal heads.
    private func commonBeginning(of group: [[Expression]]) -> (prefix: [Expression], rests: [[Expression]]) {
        guard case .bytes(let first) = group[0][0] else {
            return ([group[0][0]], group.map { Array($0.dropFirst()) })
        }
        var length = first.count
        for case .bytes(let bytes) in group.lazy.map({ $0[0] }) {
            length = min(length, zip(first, bytes).prefix { $0 == $1 }.count)
        }
        let rests = group.map { alternative in
            guard case .bytes(let bytes) = alternative[0] else { return alternative }
            return [.bytes(Array(bytes.dropFirst(length)))] + alternative.dropFirst()
        }
        return ([.bytes(Array(first.prefix(length)))], rests)
    }
}

extension Expression {
    /// Whether comparing it is cheap.
    fileprivate var isSimple: Bool {
        switch self {
        case .bytes, .characters, .token, .rule: true
        default: false
        }
    }
}
