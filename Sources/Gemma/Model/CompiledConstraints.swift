internal import Constraint
import Synchronization
internal import Tokenizer

/// The constraints of late, compiled for a model's vocabulary. What they find out while texts are written stays with
/// them, too.
final class CompiledConstraints: Sendable {
    /// What a constraint is compiled from, byte for byte. Schemas that are equal as JSON differ in the order of their
    /// members, in which answers are written, and equal strings in their bytes.
    private struct Source: Equatable {
        private let bytes: [UInt8]

        init(_ constraint: TextConstraint) { bytes = Array("constraint\n".utf8) + constraint.bytes }

        /// A reply of which a constraint is a part.
        init(_ reply: ReplyConstraint) { bytes = Array("reply\n".utf8) + reply.bytes }
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
        try automaton(for: Source(constraint), tokenizer) { () throws(ConstraintError) in
            try Grammar(constraint, vocabulary: tokenizer.vocabulary)
        }
    }

    /// - Parameter markers: the model's tokens for thoughts and calls.
    func automaton(
        for reply: ReplyConstraint, _ tokenizer: BPETokenizer, _ markers: ReplyMarkers
    ) throws(ConstraintError) -> ConstraintAutomaton {
        try automaton(for: Source(reply), tokenizer) { () throws(ConstraintError) in
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

extension TextConstraint {
    /// What it says, unmistakably.
    fileprivate var bytes: [UInt8] {
        let (kind, texts) =
            switch self {
            case .jsonSchema(let schema): ("schema", [schema.json])
            case .grammar(let source): ("grammar", [source])
            case .regularExpression(let source): ("pattern", [source])
            case .choices(let choices): ("choices", choices)
            }
        return ([kind] + texts).flatMap(\.countedBytes)
    }
}

extension ReplyConstraint {
    fileprivate var bytes: [UInt8] {
        var texts = ["\(thought)"]
        if let calls {
            texts.append("\(calls.areParallel) \(calls.areRequired) \(calls.tools.count)")
            for tool in calls.tools { texts += [tool.name, tool.parameters?.json ?? ""] }
        }
        return texts.flatMap(\.countedBytes) + (answer?.bytes ?? [])
    }
}

extension String {
    /// Its UTF-8 behind the number of bytes, so that texts in a row cannot be divided in two ways.
    fileprivate var countedBytes: [UInt8] { Array("\(utf8.count):".utf8) + utf8 }
}
