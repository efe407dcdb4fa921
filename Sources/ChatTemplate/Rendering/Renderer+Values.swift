import JSON

extension Renderer {
    /// A value of the context. All of its texts are marked.
    func value(of json: JSONValue) throws(TemplateError) -> Value {
        switch json {
        case .null: return .none
        case .bool(let value): return .bool(value)
        case .number(let number):
            guard number.isInteger else { return .float(number.doubleValue) }
            return number.intValue.map { .integer($0) } ?? .largeInteger(LargeInteger(number.text))
        case .string(let string): return .text(Text(Array(string.utf8), .context))
        case .array(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try value(of: element)) }
            return try checked(.list(List(elements: values, depth: 1 + depth(of: values))))
        case .object(let members):
            let mapping = Mapping()
            mapping.reserve(members.count)
            for (key, member) in members {
                mapping[.text(Text(Array(key.utf8), .context))] = try value(of: member)
            }
            return try checked(.mapping(mapping))
        }
    }

    func value(of literal: Literal) -> Value {
        switch literal {
        case .none: .none
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .largeInteger(let digits): .largeInteger(LargeInteger(digits))
        case .float(let value): .float(value)
        case .text(let text): .text(text)
        }
    }

    // MARK: - Containers

    func makeList(_ elements: [Value]) throws(TemplateError) -> Value {
        try claim(Footprint.object + elements.count * Footprint.element)
        return try checked(.list(List(elements: elements, depth: 1 + depth(of: elements))))
    }

    func makeTuple(_ elements: [Value], isGroup: Bool = false) throws(TemplateError) -> Value {
        try claim(Footprint.object + elements.count * Footprint.element)
        return try checked(.tuple(List(elements: elements, depth: 1 + depth(of: elements), isGroup: isGroup)))
    }

    func makeGenerator(_ elements: [Value], typeName: String = "generator") throws(TemplateError) -> Value {
        try claim(2 * Footprint.object + elements.count * Footprint.addedElement)
        return try checked(.iterator(ElementIterator(elements, typeName: typeName, depth: 1 + depth(of: elements))))
    }

    private func depth(of elements: [Value]) -> Int32 {
        var depth: Int32 = 0
        for element in elements { depth = max(depth, element.depth) }
        return depth
    }

    /// The value, unless containers lie too deep within one another.
    func checked(_ value: Value) throws(TemplateError) -> Value {
        guard value.depth <= Int32(TemplateLimits.valueDepth) else {
            throw error(.nestedTooDeeply(limit: TemplateLimits.valueDepth))
        }
        return value
    }

    /// Makes sure that a value can be a key, and counts the work of hashing it.
    func checkKey(_ key: Value) throws(TemplateError) {
        switch key {
        case .text(let text): try charge(bytes: text.count)
        case .list, .mapping: throw error(.type("a \(key.typeName) cannot be a key"))
        case .tuple(let list):
            try charge(1)
            for element in list.elements { try checkKey(element) }
        default: try charge()
        }
    }

    // MARK: - Sequences

    /// What a loop goes over.
    func elements(of value: Value) throws(TemplateError) -> [Value] {
        let elements: [Value]
        switch value {
        case .list(let list), .tuple(let list): elements = list.elements
        case .mapping(let mapping): elements = mapping.keys
        case .text(let text):
            try reserve(elements: text.count)
            try claim(text.count * Footprint.character)
            elements = characters(of: text)
        case .range(let range):
            try claim(range.count * Footprint.element)
            elements = range.elements
        case .view(let view) where view.kind == .items: elements = try pairs(of: view.mapping)
        case .view(let view): elements = view.elements
        case .iterator(let iterator): elements = iterator.takeAll()
        case .undefined: elements = []
        default: throw error(.type("\(value.typeName) is not iterable"))
        }
        try charge(1 + elements.count)
        return elements
    }

    private func characters(of text: Text) -> [Value] {
        var characters: [Value] = []
        characters.reserveCapacity(text.scalarCount)
        var at = 0
        while at < text.count {
            characters.append(.text(text.character(at: at)))
            at += text.scalarLength(at: at)
        }
        return characters
    }

    func pairs(of mapping: Mapping) throws(TemplateError) -> [Value] {
        try charge(3 * mapping.count)
        try claim(mapping.count * Footprint.pair)
        return mapping.pairs
    }

    /// What Python calls the length.
    func count(of value: Value) throws(TemplateError) -> Int {
        switch value {
        case .text(let text):
            try charge(bytes: text.count)
            return text.scalarCount
        case .list(let list), .tuple(let list): return list.elements.count
        case .mapping(let mapping): return mapping.count
        case .range(let range): return range.count
        case .view(let view): return view.mapping.count
        case .loop(let loop): return try length(of: loop)
        case .undefined: return 0
        default: throw error(.type("\(value.typeName) has no length"))
        }
    }
}
