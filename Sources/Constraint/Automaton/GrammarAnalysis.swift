/// What is known of the rules of a grammar before they are compiled.
struct GrammarAnalysis {
    /// Whether any text obeys each rule.
    private(set) var isProductive: [Bool]
    /// Whether the empty text obeys it.
    private(set) var isNullable: [Bool]
    /// Whether the vocabulary has a token of a set.
    private let hasToken: (TokenSet) -> Bool

    /// Deeper expressions are refused: they are walked by recursion.
    static let deepest = 256

    /// - Parameter hasToken: whether the vocabulary has a token of a set. What needs another is left out.
    /// - Throws: `ConstraintError.leftRecursion`, or `ConstraintError.tooLarge` for expressions that are too deep.
    init(_ grammar: Grammar, hasToken: @escaping (TokenSet) -> Bool = { _ in true }) throws(ConstraintError) {
        self.hasToken = hasToken
        let count = grammar.rules.count
        isProductive = Array(repeating: false, count: count)
        isNullable = Array(repeating: false, count: count)
        var callers = [[Int]](repeating: [], count: count)
        for (place, rule) in grammar.rules.enumerated() {
            var called: Set<Int> = []
            try Self.collectCalls(of: rule.expression, depth: 0, into: &called)
            for callee in called { callers[callee].append(place) }
        }
        // A rule is looked at again only after one that it calls has changed.
        var queue = Array(0..<count)
        var isQueued = [Bool](repeating: true, count: count)
        var first = 0
        while first < queue.count {
            let place = queue[first]
            first += 1
            isQueued[place] = false
            let expression = grammar.rules[place].expression
            let (productive, nullable) = (isProductive(expression), isNullable(expression))
            guard productive != isProductive[place] || nullable != isNullable[place] else { continue }
            (isProductive[place], isNullable[place]) = (productive, nullable)
            for caller in callers[place] where !isQueued[caller] {
                isQueued[caller] = true
                queue.append(caller)
            }
        }
        try findLeftRecursion(grammar)
    }

    private static func collectCalls(
        of expression: Expression, depth: Int, into called: inout Set<Int>
    ) throws(ConstraintError) {
        guard depth <= deepest else { throw .tooLarge(what: "levels of nesting", limit: deepest) }
        switch expression {
        case .bytes, .characters, .token: break
        case .sequence(let parts), .choice(let parts):
            for part in parts { try collectCalls(of: part, depth: depth + 1, into: &called) }
        case .repetition(let body, _, _): try collectCalls(of: body, depth: depth + 1, into: &called)
        case .rule(let rule): called.insert(rule)
        }
    }

    func isProductive(_ expression: Expression) -> Bool {
        switch expression {
        case .bytes: true
        case .characters(let characters): !characters.isEmpty
        case .token(let set): hasToken(set)
        case .sequence(let parts): parts.allSatisfy(isProductive)
        case .choice(let parts): parts.contains(where: isProductive)
        case .repetition(let body, let min, let max): min == 0 || (max.map { $0 >= min } ?? true) && isProductive(body)
        case .rule(let rule): isProductive[rule]
        }
    }

    func isNullable(_ expression: Expression) -> Bool {
        switch expression {
        case .bytes(let bytes): bytes.isEmpty
        case .characters, .token: false
        case .sequence(let parts): parts.allSatisfy(isNullable)
        case .choice(let parts): parts.contains(where: isNullable)
        case .repetition(let body, let min, _): min == 0 || isNullable(body)
        case .rule(let rule): isNullable[rule]
        }
    }

    // MARK: - Left recursion

    private func findLeftRecursion(_ grammar: Grammar) throws(ConstraintError) {
        // Rules that each rule may begin with.
        let first = grammar.rules.map { rule in
            var rules: Set<Int> = []
            collectFirst(of: rule.expression, into: &rules)
            return rules.sorted()
        }
        enum Visit { case none, open, done }
        var visits = [Visit](repeating: .none, count: first.count)
        for start in first.indices where visits[start] == .none {
            var path: [(rule: Int, next: Int)] = [(start, 0)]
            visits[start] = .open
            while let (rule, next) = path.last {
                guard next < first[rule].count else {
                    visits[rule] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let callee = first[rule][next]
                if visits[callee] == .open { throw .leftRecursion(rule: grammar.rules[callee].name) }
                if visits[callee] == .none {
                    visits[callee] = .open
                    path.append((callee, 0))
                }
            }
        }
    }

    private func collectFirst(of expression: Expression, into rules: inout Set<Int>) {
        switch expression {
        case .bytes, .characters, .token: break
        case .sequence(let parts):
            for part in parts {
                collectFirst(of: part, into: &rules)
                guard isNullable(part) else { break }
            }
        case .choice(let parts): for part in parts { collectFirst(of: part, into: &rules) }
        case .repetition(let body, _, _): collectFirst(of: body, into: &rules)
        case .rule(let rule): rules.insert(rule)
        }
    }
}
