internal import Constraint
import Synchronization
internal import Tokenizer

/// The constraints of late, compiled for a model's vocabulary. What they find out while texts are written stays with
/// them, too.
final class CompiledConstraints: Sendable {
    /// What a constraint is compiled from.
    private enum Source: Hashable {
        case constraint(TextConstraint)
        /// A reply of which a constraint is a part.
        case reply(ReplyConstraint)
    }

    /// Made with the first constraint, which takes some tenths of a second.
    private let vocabulary = Mutex<ConstraintVocabulary?>(nil)
    /// The last one used comes last.
    private let automata = Mutex<[(source: Source, automaton: ConstraintAutomaton)]>([])

    /// How many are kept.
    static let limit = 16

    /// - Parameter tokenizer: the model's.
    func automaton(
        for constraint: TextConstraint, _ tokenizer: BPETokenizer
    ) throws(ConstraintError) -> ConstraintAutomaton {
        try automaton(for: .constraint(constraint), tokenizer) { () throws(ConstraintError) in
            try Grammar(constraint, vocabulary: tokenizer.vocabulary)
        }
    }

    /// - Parameter markers: the model's tokens for thoughts and calls.
    func automaton(
        for reply: ReplyConstraint, _ tokenizer: BPETokenizer, _ markers: ReplyMarkers
    ) throws(ConstraintError) -> ConstraintAutomaton {
        try automaton(for: .reply(reply), tokenizer) { () throws(ConstraintError) in
            try reply.grammar(markers, tokenizer.vocabulary)
        }
    }

    private func automaton(
        for source: Source, _ tokenizer: BPETokenizer, _ grammar: () throws(ConstraintError) -> Grammar
    ) throws(ConstraintError) -> ConstraintAutomaton {
        if let known = use(source, nil) { return known }
        // No lock is held meanwhile: of two tasks that compile the same, the first one's is kept.
        let new = try ConstraintAutomaton(grammar(), vocabulary: vocabulary(of: tokenizer))
        return use(source, new) ?? new
    }

    /// What is known for `source`, or else `new`, which is then known.
    private func use(_ source: Source, _ new: ConstraintAutomaton?) -> ConstraintAutomaton? {
        automata.withLock { automata in
            let place = automata.firstIndex { $0.source == source }
            guard let automaton = place.map({ automata.remove(at: $0).automaton }) ?? new else { return nil }
            if automata.count == Self.limit { automata.removeFirst() }
            automata.append((source, automaton))
            return automaton
        }
    }

    private func vocabulary(of tokenizer: BPETokenizer) -> ConstraintVocabulary {
        vocabulary.withLock { vocabulary in
            let made = vocabulary ?? ConstraintVocabulary(tokenizer)
            vocabulary = made
            return made
        }
    }
}
