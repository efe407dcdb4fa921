/// What a function, a method, a filter or a test is given.
struct CallArguments {
    var positional: [Value] = []
    var named: [(name: Text, value: Value)] = []

    static var none: CallArguments { CallArguments() }
}

extension Renderer {
    func evaluate(_ list: ArgumentList) throws(TemplateError) -> CallArguments {
        var arguments = CallArguments()
        if list.positional.isEmpty, list.named.isEmpty, list.spread == nil, list.namedSpread == nil { return arguments }
        for expression in list.positional { arguments.positional.append(try evaluate(expression)) }
        if let spread = list.spread {
            let elements = try elements(of: try evaluate(spread))
            try claim(elements.count * Footprint.addedElement)
            arguments.positional += elements
        }
        for (name, expression) in list.named { arguments.named.append((name, try evaluate(expression))) }
        if let spread = list.namedSpread {
            guard case .mapping(let mapping) = try evaluate(spread) else {
                throw error(.type("what follows '**' must be a mapping"))
            }
            try charge(mapping.count)
            try claim(mapping.count * Footprint.member)
            for (key, value) in zip(mapping.keys, mapping.values) {
                guard case .text(let name) = key else { throw error(.type("names of arguments must be strings")) }
                guard !arguments.named.contains(where: { $0.name == name }) else {
                    throw error(.type("the argument \(name.string) is given twice"))
                }
                arguments.named.append((name, value))
            }
        }
        return arguments
    }

    /// The arguments in the order of `names`, nil for those that were not given.
    ///
    /// - Parameters:
    ///   - required: how many of the first ones must be given.
    ///   - takesNames: whether they may be given by name.
    func bind(
        _ arguments: CallArguments, _ names: [Text], required: Int = 0, takesNames: Bool = true
    ) throws(TemplateError) -> [Value?] {
        guard arguments.positional.count <= names.count else {
            throw error(.type("\(arguments.positional.count) arguments are given; at most \(names.count) are taken"))
        }
        var bound: [Value?] = arguments.positional
        bound += repeatElement(nil, count: names.count - bound.count)
        for (name, value) in arguments.named {
            guard takesNames, let index = names.firstIndex(of: name) else {
                throw error(.type("there is no argument \(name.string.debugDescription)"))
            }
            guard bound[index] == nil else { throw error(.type("the argument \(name.string) is given twice")) }
            bound[index] = value
        }
        for index in 0..<required where bound[index] == nil {
            throw error(.type("the argument \(names[index].string) is missing"))
        }
        return bound
    }

    func bindNone(_ arguments: CallArguments) throws(TemplateError) { _ = try bind(arguments, []) }

    // MARK: - Types of arguments

    /// An error for an operand of the wrong type; of an undefined one, it says what is undefined.
    func typeError(_ value: Value, _ message: String) throws(TemplateError) -> TemplateError {
        if case .undefined(let undefined) = value { return error(.undefined(undefined.message)) }
        return error(.type(message))
    }

    func text(_ value: Value?, or standard: Text? = nil) throws(TemplateError) -> Text {
        if let value {
            guard case .text(let text) = value else {
                throw try typeError(value, "expected a string, not \(value.typeName)")
            }
            return text
        }
        guard let standard else { throw error(.type("an argument is missing")) }
        return standard
    }

    func integer(_ value: Value?, or standard: Int? = nil) throws(TemplateError) -> Int {
        if let value {
            guard let integer = value.integer else {
                throw try typeError(value, "expected an integer, not \(value.typeName)")
            }
            return integer
        }
        guard let standard else { throw error(.type("an argument is missing")) }
        return standard
    }

    /// Nil for none, too.
    func optionalInteger(_ value: Value?) throws(TemplateError) -> Int? {
        if case .none? = value { return nil }
        return try value.map { value throws(TemplateError) in try integer(value) }
    }

    /// Nil for none, too.
    func optionalText(_ value: Value?) throws(TemplateError) -> Text? {
        if case .none? = value { return nil }
        return try value.map { value throws(TemplateError) in try text(value) }
    }
}
