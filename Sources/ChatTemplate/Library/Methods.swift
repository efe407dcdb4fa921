extension Method {
    static func changing(_ name: String) -> Method {
        Method(name, changesReceiver: true) { renderer, _, _ throws(TemplateError) in
            throw renderer.error(.type("\(name) would change the value"))
        }
    }

    static func byName(_ methods: [Method]) -> [Text: Method] {
        Dictionary(uniqueKeysWithValues: methods.map { (Text($0.name), $0) })
    }
}

extension Method {
    static let ofMappings = byName([
        Method("get") { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["key", "default"], required: 1, takesNames: false)
            guard case .mapping(let mapping) = receiver, let key = bound[0] else { return .none }
            try renderer.checkKey(key)
            return mapping[key] ?? bound[1] ?? .none
        },
        Method("keys") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.view(.keys, of: receiver, arguments)
        },
        Method("values") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.view(.values, of: receiver, arguments)
        },
        Method("items") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.view(.items, of: receiver, arguments)
        },
        Method("copy") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            return receiver
        },
        changing("clear"), changing("pop"), changing("popitem"), changing("setdefault"), changing("update"),
    ])

    static let ofLists = ofTuples.merging(
        byName([
            Method("copy") { renderer, receiver, arguments throws(TemplateError) in
                try renderer.bindNone(arguments)
                return receiver
            },
            changing("append"), changing("clear"), changing("pop"), changing("reverse"), changing("insert"),
            changing("sort"), changing("extend"), changing("remove"),
        ])
    ) { $1 }

    static let ofTuples = byName([
        Method("count") { renderer, receiver, arguments throws(TemplateError) in
            let wanted = try renderer.bind(arguments, ["value"], required: 1, takesNames: false)[0] ?? .none
            var count = 0
            for element in try renderer.elements(of: receiver) where try renderer.equals(element, wanted) { count += 1 }
            return .integer(count)
        },
        Method("index") { renderer, receiver, arguments throws(TemplateError) in
            let bound = try renderer.bind(arguments, ["value", "start", "stop"], required: 1, takesNames: false)
            let elements = try renderer.elements(of: receiver)
            let range = sliceIndices(
                try renderer.optionalInteger(bound[1]), try renderer.optionalInteger(bound[2]), 1,
                count: elements.count)
            for index in range.first..<range.first + range.count
            where try renderer.equals(elements[index], bound[0] ?? .none) {
                return .integer(index)
            }
            throw renderer.error(.value("the value is not in the list"))
        },
    ])

    static let ofFloats = byName([
        Method("is_integer") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            guard case .float(let float) = receiver else { return .none }
            return .bool(float.isFinite && float.rounded() == float)
        }
    ])

    static let ofIntegers = byName([
        Method("bit_length") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            let magnitude = try renderer.integer(receiver).magnitude
            return .integer(UInt.bitWidth - magnitude.leadingZeroBitCount)
        }
    ])

    static let ofCyclers = byName([
        Method("next") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            guard case .cycler(let cycler) = receiver else { return .none }
            defer { cycler.at = (cycler.at + 1) % max(cycler.items.count, 1) }
            return cycler.items.isEmpty ? .none : cycler.items[cycler.at]
        },
        Method("reset") { renderer, receiver, arguments throws(TemplateError) in
            try renderer.bindNone(arguments)
            if case .cycler(let cycler) = receiver { cycler.at = 0 }
            return .none
        },
    ])

    // MARK: - Of the variable `loop`

    static let ofLoops = byName([cycle, changed])

    private static let cycle = Method("cycle") { renderer, receiver, arguments throws(TemplateError) in
        guard case .loop(let loop) = receiver else { return .none }
        guard arguments.named.isEmpty, !arguments.positional.isEmpty else {
            throw renderer.error(.type("cycle needs values"))
        }
        return arguments.positional[max(loop.index0, 0) % arguments.positional.count]
    }

    private static let changed = Method("changed") { renderer, receiver, arguments throws(TemplateError) in
        guard case .loop(let loop) = receiver else { return .none }
        let values = arguments.positional
        if let last = loop.lastChanged, last.count == values.count {
            var isSame = true
            for (old, new) in zip(last, values) where try !renderer.equals(old, new) { isSame = false }
            if isSame { return .bool(false) }
        }
        try renderer.keep(values, in: loop)
        return .bool(true)
    }
}

extension Renderer {
    fileprivate func view(
        _ kind: MappingView.Kind, of value: Value, _ arguments: CallArguments
    ) throws(TemplateError) -> Value {
        try bindNone(arguments)
        guard case .mapping(let mapping) = value else { return .none }
        return .view(MappingView(kind, of: mapping))
    }
}
