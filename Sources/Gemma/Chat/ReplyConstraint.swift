internal import Chat
internal import Constraint
internal import Tokenizer

/// What the reply of one round has to be.
///
/// It does not depend on what was said, so that rounds and conversations share what is compiled of it.
struct ReplyConstraint: Hashable, Sendable {
    /// Calls, of which the reply has nothing behind.
    struct Calls: Hashable, Sendable {
        /// Those that may be called.
        let tools: [ToolSignature]
        /// Whether the reply may have more than one call.
        let areParallel: Bool
        /// Whether the reply must have one.
        let areRequired: Bool
    }

    /// Before everything else. What is in a thought is free.
    var thought = ThoughtOpening.none
    /// Nil for none.
    var calls: Calls?
    /// What is written where nothing is called; nil for free text.
    var answer: TextConstraint?

    /// Whether there is nothing to obey.
    var isEmpty: Bool { calls == nil && answer == nil }

    /// The grammar of the whole reply, without the token that ends it.
    /// - Throws: `ConstraintError` if a schema or the answer's constraint cannot be compiled.
    func grammar(_ markers: ReplyMarkers, _ vocabulary: Vocabulary) throws(ConstraintError) -> Grammar {
        let tokens = markers.divisions
        var content: Grammar?
        if let answer { content = try Grammar(answer, vocabulary: vocabulary) }
        guard let calls else { return .reply(content ?? Grammar(.empty), thought: thought, markers: tokens) }
        let call = try Grammar(toolCalls: calls.tools, markers: tokens)
        if calls.areRequired {
            return .replyOfCalls(call, isParallel: calls.areParallel, thought: thought, markers: tokens)
        }
        guard let content else { return .replyWithCalls(call, isParallel: calls.areParallel, markers: tokens) }
        return .reply(content, orCalls: call, isParallel: calls.areParallel, thought: thought, markers: tokens)
    }
}

extension ReplyMarkers {
    /// The tokens by which grammars divide a reply. No text has those that the vocabulary lacks.
    var divisions: Constraint.ReplyMarkers {
        func id(_ token: SpecialToken) -> TokenID { ids(of: token).min() ?? -1 }
        return Constraint.ReplyMarkers(
            thoughtStart: id(.thoughtStart), thoughtEnd: id(.thoughtEnd), callStart: id(.callStart),
            callEnd: id(.callEnd), stringDelimiter: id(.delimiter), turnStart: id(.turnStart))
    }
}
