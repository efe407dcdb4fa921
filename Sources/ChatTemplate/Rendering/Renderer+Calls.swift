extension Renderer {
    func call(_ expression: Expression) throws(TemplateError) -> Value {
        guard case .call(let callee, let list) = expression.kind else { return .none }
        try claim(Footprint.object)
        // A method that is called at once needs no value of its own.
        if case .member(let operand, let place) = callee.kind {
            let name = program.members[place]
            let receiver = try evaluate(operand)
            if let method = method(name, of: receiver), !method.changesReceiver {
                let arguments = try evaluate(list)
                self.place = expression.place
                return try method.run(self, receiver, arguments)
            }
            self.place = callee.place
            let function = try member(name, of: receiver)
            let arguments = try evaluate(list)
            self.place = expression.place
            return try call(function, arguments)
        }
        let function = try evaluate(callee)
        let arguments = try evaluate(list)
        place = expression.place
        return try call(function, arguments)
    }

    func call(_ function: Value, _ arguments: CallArguments) throws(TemplateError) -> Value {
        switch function {
        case .function(let name):
            guard let function = program.library.functions[name] else { break }
            return try function.run(self, arguments)
        case .method(let bound):
            guard let method = method(named: bound.name, of: bound.receiver) else { break }
            return try method.run(self, bound.receiver, arguments)
        case .macro(let macro): return try call(macro, arguments)
        case .loop(let loop):
            let sequence = try bind(arguments, ["iterable"], required: 1)[0] ?? .none
            return try recurse(loop, over: sequence)
        case .joiner(let joiner):
            try bindNone(arguments)
            defer { joiner.isUsed = true }
            return joiner.isUsed ? .text(joiner.separator) : .emptyText
        default: break
        }
        throw try typeError(function, "\(function.typeName) cannot be called")
    }

    private func call(_ macro: Macro, _ arguments: CallArguments) throws(TemplateError) -> Value {
        try beginCall()
        defer { endCall() }
        let definition = macro.definition
        let outer = activation
        let slotCount = program.scopes.scopes[definition.scope].slotCount
        activation = try makeActivation(slotCount: slotCount, parent: macro.activation)
        defer { activation = outer }
        enter(definition.scope)
        try store(arguments, of: definition)
        return .text(try capture { () throws(TemplateError) in _ = try execute(definition.body) })
    }

    private func store(_ arguments: CallArguments, of definition: MacroDefinition) throws(TemplateError) {
        var named = arguments.named
        func take(_ name: Text) -> Value? {
            named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
        }
        let parameters = definition.parameters
        let given = min(arguments.positional.count, parameters.count)
        var missing: [MacroDefinition.Parameter] = []
        for (index, parameter) in parameters.enumerated() {
            if let value = index < given ? arguments.positional[index] : take(parameter.name) {
                store(value, in: parameter.variable)
            } else {
                missing.append(parameter)
            }
        }
        if let caller = definition.caller {
            store(take("caller") ?? .undefined(Undefined(.caller, "caller")), in: caller)
        }
        if let kwargs = definition.kwargs {
            try claim(Footprint.object + named.count * Footprint.member)
            let mapping = Mapping()
            for (name, value) in named { mapping[.text(name)] = value }
            store(try checked(.mapping(mapping)), in: kwargs)
        } else if let first = named.first {
            throw error(.type("the macro has no parameter \(first.name.string.debugDescription)"))
        }
        if let varargs = definition.varargs {
            store(try makeTuple(Array(arguments.positional.dropFirst(parameters.count))), in: varargs)
        } else if arguments.positional.count > parameters.count {
            throw error(
                .type("\(arguments.positional.count) arguments are given; the macro takes \(parameters.count)"))
        }
        // Defaults see the parameters before them.
        for parameter in missing {
            var value = Value.undefined(Undefined(.parameter, parameter.name))
            if let standard = parameter.standard { value = try evaluate(standard) }
            store(value, in: parameter.variable)
        }
    }
}
