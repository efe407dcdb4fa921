/// Where rendering goes on after a statement.
enum Flow { case next, breakLoop, continueLoop }

extension Renderer {
    func execute(_ body: [Statement]) throws(TemplateError) -> Flow {
        guard stack.isSufficient else {
            return try onDeepStack { () throws(TemplateError) in try execute(body) }
        }
        for statement in body {
            let flow = try execute(statement)
            if flow != .next { return flow }
        }
        return .next
    }

    /// Each kind has a function that takes the statement apart; see `evaluateNode`.
    private func execute(_ statement: Statement) throws(TemplateError) -> Flow {
        try charge()
        switch statement {
        case .text(let text): try print(text)
        case .print(let expression): try print(evaluate(expression))
        case .conditional: return try executeConditional(statement)
        case .loop: try executeLoop(statement)
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        case .assignment: try executeAssignment(statement)
        case .assignmentBlock: return try executeAssignmentBlock(statement)
        case .macro, .callBlock: try executeMacro(statement)
        case .filterBlock: return try executeFilterBlock(statement)
        case .with: return try executeWith(statement)
        case .scope: return try executeScope(statement)
        case .unsupported(let name, let place):
            self.place = place
            throw error(.unsupportedTag(name))
        }
        return .next
    }

    private func executeConditional(_ statement: Statement) throws(TemplateError) -> Flow {
        guard case .conditional(let branches, let otherwise) = statement else { return .next }
        for (test, body) in branches where try evaluate(test).isTrue { return try execute(body) }
        return otherwise.isEmpty ? .next : try execute(otherwise)
    }

    private func executeLoop(_ statement: Statement) throws(TemplateError) {
        guard case .loop(let loop) = statement else { return }
        try execute(loop)
    }

    private func executeAssignment(_ statement: Statement) throws(TemplateError) {
        guard case .assignment(let target, let expression) = statement else { return }
        try checkNamespaces(target)
        try assign(evaluate(expression), to: target)
    }

    private func executeMacro(_ statement: Statement) throws(TemplateError) {
        switch statement {
        case .macro(let definition, let name): store(try makeMacro(definition), in: name)
        case .callBlock(let definition, let call): try executeCallBlock(definition, call)
        default: break
        }
    }

    private func executeScope(_ statement: Statement) throws(TemplateError) -> Flow {
        guard case .scope(let body, let scope) = statement else { return .next }
        return try inScope(scope) { () throws(TemplateError) in try execute(body) }
    }

    private func executeCallBlock(_ definition: MacroDefinition, _ call: Expression) throws(TemplateError) {
        guard case .call(let callee, let list) = call.kind else { return }
        let function = try evaluate(callee)
        var arguments = try evaluate(list)
        guard !arguments.named.contains(where: { $0.name == "caller" }) else {
            place = call.place
            throw error(.type("a call block gives the argument 'caller' already"))
        }
        arguments.named.append(("caller", try makeMacro(definition)))
        place = call.place
        try print(self.call(function, arguments))
    }

    /// `body` may break the loop that it is in; what it has printed is lost then.
    private func executeFilterBlock(_ statement: Statement) throws(TemplateError) -> Flow {
        guard case .filterBlock(let filter, let body, let scope) = statement else { return .next }
        return try inScope(scope) { () throws(TemplateError) in
            var flow = Flow.next
            let text = try capture { () throws(TemplateError) in flow = try execute(body) }
            if flow == .next { try print(evaluate(filter, on: text)) }
            return flow
        }
    }

    private func executeAssignmentBlock(_ statement: Statement) throws(TemplateError) -> Flow {
        guard case .assignmentBlock(let target, let filter, let body, let scope) = statement else { return .next }
        try checkNamespaces(target)
        return try inScope(scope) { () throws(TemplateError) in
            var flow = Flow.next
            let text = try capture { () throws(TemplateError) in flow = try execute(body) }
            guard flow == .next else { return flow }
            var value = Value.text(text)
            if let filter { value = try evaluate(filter, on: text) }
            try assign(value, to: target)
            return .next
        }
    }

    private func evaluate(_ filter: Expression, on text: Text) throws(TemplateError) -> Value {
        let outer = blockText
        blockText = text
        defer { blockText = outer }
        return try evaluate(filter)
    }

    private func executeWith(_ statement: Statement) throws(TemplateError) -> Flow {
        guard case .with(let assignments, let body, let scope) = statement else { return .next }
        // Values do not see one another's names.
        var values: [Value] = []
        for assignment in assignments { values.append(try evaluate(assignment.value)) }
        return try inScope(scope) { () throws(TemplateError) in
            for (assignment, value) in zip(assignments, values) { try assign(value, to: assignment.target) }
            return try execute(body)
        }
    }

    // MARK: - Assignments

    /// Before the value is evaluated, as Jinja does it.
    private func checkNamespaces(_ target: Target) throws(TemplateError) {
        switch target {
        case .name: break
        case .tuple(let parts, _): for part in parts { try checkNamespaces(part) }
        case .namespaceMember(let name, _, let place):
            if case .namespace = read(program.scopes.references[name]) { return }
            self.place = place
            throw error(.type("members can be set of namespaces only"))
        }
    }

    func assign(_ value: Value, to target: Target) throws(TemplateError) {
        switch target {
        case .name(let name): store(value, in: name)
        case .namespaceMember(let name, let member, _):
            guard case .namespace(let namespace) = read(program.scopes.references[name]) else { return }
            // Others may hold the members as a mapping, which must not change.
            if !isKnownUniquelyReferenced(&namespace.members) {
                try charge(namespace.members.count)
                try claim(Footprint.object + namespace.members.count * Footprint.member)
                namespace.members = namespace.members.copy()
            }
            let count = namespace.members.count
            namespace.members[.text(member)] = try checked(value)
            if namespace.members.count > count { try claim(Footprint.member) }
        case .tuple(let parts, let place):
            let elements = try elements(of: value)
            guard elements.count == parts.count else {
                self.place = place
                throw error(.value("\(elements.count) values for \(parts.count) names"))
            }
            for (element, part) in zip(elements, parts) { try assign(element, to: part) }
        }
    }
}
