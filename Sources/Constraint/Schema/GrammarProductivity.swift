/// Which rules of a grammar describe any text at all.
struct GrammarProductivity {
    private let grammar: Grammar
    private var productive: Set<Int> = []

    init(_ grammar: Grammar) {
        self.grammar = grammar
        var callers: [[Int]] = Array(repeating: [], count: grammar.rules.count)
        for (place, rule) in grammar.rules.enumerated() {
            rule.expression.forEachCall { callers[$0].append(place) }
        }
        // A rule that turns out to have a text may give one to those that call it.
        var unseen = Array(grammar.rules.indices)
        while let rule = unseen.popLast() {
            guard !productive.contains(rule), isProductive(grammar.rules[rule].expression) else { continue }
            productive.insert(rule)
            unseen += callers[rule]
        }
    }

    func isProductive(_ rule: Int) -> Bool { productive.contains(rule) }

    private func isProductive(_ expression: Expression) -> Bool {
        switch expression {
        case .bytes: true
        case .characters(let characters): !characters.isEmpty
        case .token(let tokens): tokens.isNegated || !tokens.ids.isEmpty
        case .sequence(let parts): parts.allSatisfy(isProductive)
        case .choice(let alternatives): alternatives.contains(where: isProductive)
        case .repetition(let part, let min, _): min == 0 || isProductive(part)
        case .rule(let rule): productive.contains(rule)
        }
    }

    /// The rules without a text that can be reached from one of them through such rules, each once, the farthest last.
    func unproductiveRules(from root: Int) -> [Int] {
        var reached: Set = [root]
        var order = [root]
        var next = 0
        while next < order.count {
            grammar.rules[order[next]].expression.forEachCall { rule in
                if !isProductive(rule), reached.insert(rule).inserted { order.append(rule) }
            }
            next += 1
        }
        return order
    }
}

extension Expression {
    /// Calls `body` with each rule that the expression calls.
    func forEachCall(_ body: (Int) -> Void) {
        switch self {
        case .bytes, .characters, .token: break
        case .sequence(let parts), .choice(let parts): for part in parts { part.forEachCall(body) }
        case .repetition(let part, _, _): part.forEachCall(body)
        case .rule(let rule): body(rule)
        }
    }
}
