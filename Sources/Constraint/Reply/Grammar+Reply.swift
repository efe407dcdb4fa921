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
    /// Any number of tokens, none of which is one of these.
    fileprivate static func anyTokens(but ids: Set<TokenID>) -> Expression {
        .repetition(.token(TokenSet(ids, isNegated: true)), min: 0, max: nil)
    }
}

extension ThoughtOpening {
    fileprivate func expression(_ markers: ReplyMarkers) -> Expression {
        // A call would close the thought, and another beginning would go unclosed.
        let text = Expression.anyTokens(but: [
            markers.thoughtStart, markers.thoughtEnd, markers.callStart, markers.callEnd,
        ])
        let rest = Expression.sequence([text, .token(TokenSet([markers.thoughtEnd]))])
        return switch self {
        case .none: .empty
        case .optional: .optional(.sequence([.token(TokenSet([markers.thoughtStart])), rest]))
        case .begun: rest
        }
    }
}
