internal import Chat
internal import Constraint
internal import JSON

extension LanguageModelSession {
    /// The tools that the model is told of.
    func descriptions(for choice: ToolChoice) -> [ToolDescription] {
        choice == .none ? [] : tools.map(\.toolDescription)
    }

    /// What the reply of a round has to be.
    /// - Throws: `GemmaError.invalidOption` if no tool can be called though one has to be.
    func replyConstraint(_ options: GenerationOptions, _ prompt: FormattedPrompt) throws(GemmaError) -> ReplyConstraint
    {
        let calls = try calls(options)
        var constraint = ReplyConstraint(calls: calls, answer: options.constraint)
        // Free text may be a thought as well.
        guard constraint.answer != nil || calls?.areRequired == true, format.markers.hasThoughts else {
            return constraint
        }
        constraint.thought = prompt.opensThought ? .begun : options.thinking == false ? .none : .optional
        return constraint
    }

    /// What the constraint is compiled to; nil if there is nothing to obey.
    /// - Throws: `ConstraintError`.
    func automaton(for constraint: ReplyConstraint) async throws -> ConstraintAutomaton? {
        guard !constraint.isEmpty else { return nil }
        return try await model.engine.formatter.run {
            try model.engine.constraints.automaton(for: constraint, model.tokenizer, format.markers)
        }
    }

    private func calls(_ options: GenerationOptions) throws(GemmaError) -> ReplyConstraint.Calls? {
        let areParallel = options.parallelToolCalls
        switch options.toolChoice {
        case .none: return nil
        case .auto:
            let isFree = !configuration.constrainsCalls && areParallel && options.constraint == nil
            guard !signatures.isEmpty, !isFree, format.markers.hasCalls else { return nil }
            return .init(tools: signatures, areParallel: areParallel, areRequired: false)
        case .required: return try required("required", areParallel) { _ in true }
        case .function(let name): return try required(name, areParallel) { $0.name == name }
        }
    }

    private func required(
        _ choice: String, _ areParallel: Bool, _ isMeant: (ToolSignature) -> Bool
    ) throws(GemmaError) -> ReplyConstraint.Calls {
        let meant = signatures.filter(isMeant)
        guard format.markers.hasCalls, !meant.isEmpty else {
            let names = signatures.map(\.name).joined(separator: ", ")
            throw .invalidOption(
                name: "the choice of a tool", value: choice,
                expected: !format.markers.hasCalls
                    ? "auto or none, since the model has no tokens to call with"
                    : names.isEmpty ? "auto or none, since there are no tools" : "one of \(names)")
        }
        return .init(tools: meant, areParallel: areParallel, areRequired: true)
    }
}
