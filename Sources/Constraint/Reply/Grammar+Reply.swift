internal import Tokenizer

/// What a constrained reply may begin with.
package enum ThoughtOpening: Sendable, Hashable {
    /// No thought.
    case none
    /// A thought, or none.
    case optional
    /// The end of a thought that the prompt has begun.
    case begun
}

extension Grammar {
    /// A reply whose content obeys a grammar, behind its thought. A thought is any tokens but those that end it.
    package static func reply(
        _ content: Grammar, thought: ThoughtOpening, markers: ReplyMarkers
    ) -> Grammar {
        content.replacingRoot { content in .sequence([thought.expression(markers), content]) }
    }

    /// A reply that is calls of tools and nothing else, behind its thought.
    ///
    /// - Parameters:
    ///   - call: what follows `<|tool_call>`; see `init(toolCalls:markers:)`.
    ///   - isParallel: whether there may be more than one call.
    package static func replyOfCalls(
        _ call: Grammar, isParallel: Bool, thought: ThoughtOpening, markers: ReplyMarkers
    ) -> Grammar {
        call.replacingRoot { call in
            .sequence([thought.expression(markers), calls(call, isParallel: isParallel, markers, min: 1)])
        }
    }

    /// A reply whose content obeys a grammar, or that is calls of tools and nothing else, behind its thought.
    package static func reply(
        _ content: Grammar, orCalls call: Grammar, isParallel: Bool, thought: ThoughtOpening, markers: ReplyMarkers
    ) -> Grammar {
        let first = content.rules.count
        let rules = call.rules.map { Rule(name: $0.name, expression: $0.expression.shifted(by: first)) }
        return Grammar(rules: content.rules + rules, root: content.root).replacingRoot { content in
            let calls = calls(.rule(first + call.root), isParallel: isParallel, markers, min: 1)
            return .sequence([thought.expression(markers), .choice([calls, content])])
        }
    }

    /// A reply that may be anything until it calls a tool. What follows `<|tool_call>` is a call, and behind it comes
    /// another call or the end.
    package static func replyWithCalls(_ call: Grammar, isParallel: Bool, markers: ReplyMarkers) -> Grammar {
        call.replacingRoot { call in
            .sequence([
                .anyTokens(but: [markers.callStart]), calls(call, isParallel: isParallel, markers, min: 0),
            ])
        }
    }

    private static func calls(_ call: Expression, isParallel: Bool, _ markers: ReplyMarkers, min: Int) -> Expression {
        .repetition(
            .sequence([.token(TokenSet([markers.callStart])), call]), min: min, max: isParallel ? nil : 1)
    }

    /// The grammar with a new root, which `expression` makes of a call of the old one.
    private func replacingRoot(_ expression: (Expression) -> Expression) -> Grammar {
        let rule = Rule(name: "reply", expression: expression(.rule(root)))
        return Grammar(rules: rules + [rule], root: rules.count)
    }
}

extension Expression {
    /// The same in a grammar that has so many rules before its own.
    fileprivate func shifted(by count: Int) -> Expression {
        switch self {
        case .bytes, .characters, .token: self
        case .sequence(let parts): .sequence(parts.map { $0.shifted(by: count) })
        case .choice(let parts): .choice(parts.map { $0.shifted(by: count) })
        case .repetition(let part, let min, let max): .repetition(part.shifted(by: count), min: min, max: max)
        case .rule(let place): .rule(place + count)
        }
    }

    /// Any number of tokens, none of which is one of these.
    fileprivate static func anyTokens(but ids: Set<TokenID>) -> Expression {
        .repetition(.token(TokenSet(ids, isNegated: true)), min: 0, max: nil)
    }
}

extension ThoughtOpening {
    fileprivate func expression(_ markers: ReplyMarkers) -> Expression {
        // A call or a turn would close the thought, and another beginning would go unclosed.
        let others = [
            markers.thoughtStart, markers.thoughtEnd, markers.callStart, markers.callEnd, markers.turnStart,
        ]
        let text = Expression.anyTokens(but: Set(others.compactMap { $0 }))
        let rest = Expression.sequence([text, .token(TokenSet([markers.thoughtEnd]))])
        return switch self {
        case .none: .empty
        case .optional: .optional(.sequence([.token(TokenSet([markers.thoughtStart])), rest]))
        case .begun: rest
        }
    }
}
